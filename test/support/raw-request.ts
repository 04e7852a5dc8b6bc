import type { RawRequest } from '../../src/sources/access-log/raw-request.ts';
import type { StreamOrigin } from '../../src/sources/access-log/scanner.ts';

/** A good request through a client's sidecar, with changes. */
export function rawRequest(changes: Partial<RawRequest> = {}): RawRequest {
  return {
    responseCode: '200',
    flags: '-',
    details: 'via_upstream',
    terminationDetails: '-',
    transportFailure: '-',
    authority: '-',
    upstreamCluster: 'outbound|8080||cart.shop.svc.cluster.local',
    downstreamLocalAddress: '-',
    route: 'default',
    ...changes,
  };
}

/** The stream of one proxy's lines. */
export function streamOrigin(changes: Partial<StreamOrigin> = {}): StreamOrigin {
  return { source: 'files', namespace: 'shop', pod: 'web-0', workload: 'web', framing: 'none', ...changes };
}
