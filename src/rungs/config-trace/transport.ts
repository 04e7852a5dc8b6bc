import { bodyObject, bodyObjects, bodyText } from '../../model/envoy-body.ts';
import type { EnvoyCluster } from '../../model/envoy-cluster.ts';

const TLS = 'envoy.transport_sockets.tls';

/** How connections to a cluster's endpoints are secured. */
export function transportOf({ body }: EnvoyCluster): string {
  const matches = bodyObjects(body, 'transport_socket_matches');
  const secured = matches.filter((match) => isTls(bodyText(bodyObject(match, 'transport_socket'), 'name')));
  if (secured.some((match) => bodyText(match, 'name')?.startsWith('tlsMode-istio'))) {
    return secured.length === matches.length ? 'mTLS' : 'mTLS where the endpoint has a sidecar';
  }
  const name = bodyText(bodyObject(body, 'transport_socket'), 'name');
  return isTls(name) || secured.length > 0 ? 'TLS' : 'plaintext';
}

function isTls(name: string | undefined): boolean {
  return name === TLS;
}
