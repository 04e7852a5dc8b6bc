import type { KnownServices } from '../../model/known-services.ts';
import { type RequestShape, UNKNOWN_DESTINATION } from '../../model/traffic.ts';
import { parseClusterName } from './cluster-name.ts';
import { denialOf } from './denial.ts';
import { detailsClass } from './details.ts';
import { flagsOf } from './flags.ts';
import type { RawRequest } from './raw-request.ts';
import type { StreamOrigin } from './scanner.ts';

/**
 * Says in bounded words what a line says. Every word comes from configuration or from a table: what a client chose, the
 * authority, only ever picks one of the services that are known.
 */
export function shapeOf(
  raw: RawRequest,
  origin: Pick<StreamOrigin, 'namespace' | 'workload'>,
  services: KnownServices,
): RequestShape {
  const cluster = parseClusterName(raw.upstreamCluster);
  const denial = denialOf(raw);
  return Object.freeze({
    proxyNamespace: origin.namespace,
    workload: origin.workload,
    direction: cluster.direction,
    destination: cluster.host ?? knownService(raw, origin.namespace, services) ?? UNKNOWN_DESTINATION,
    subset: cluster.subset,
    route: raw.route === '-' ? '' : raw.route.slice(0, MAX_ROUTE),
    responseCode: codeOf(raw.responseCode),
    flags: flagsOf(raw.flags),
    details: detailsClass(raw),
    ...(denial !== undefined && { denial }),
  });
}

/** Route names come from configuration; longer ones than this are not told apart. */
const MAX_ROUTE = 256;

function knownService(raw: RawRequest, namespace: string, services: KnownServices): string | undefined {
  const ip = ipOf(raw.downstreamLocalAddress);
  const byIp = ip === undefined ? undefined : services.byClusterIp(ip);
  return byIp ?? (raw.authority === '-' ? undefined : services.byAuthority(raw.authority, namespace));
}

/** `10.96.0.1:8080` or `[fd00::1]:8080`. */
function ipOf(address: string): string | undefined {
  return /^(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+)):\d+$/
    .exec(address)
    ?.slice(1)
    .find((ip) => ip !== undefined);
}

function codeOf(text: string): number {
  const code = Number(text);
  return Number.isInteger(code) && code >= 0 && code <= 999 ? code : 0;
}
