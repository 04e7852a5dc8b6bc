import { ASSIGNMENT, type Body, socketAddress, typed } from './body.ts';
import { type Target, targetName } from './clusters.ts';
import type { ViewEndpoint } from './mesh-view.ts';

/** The endpoints of a cluster, as istiod sends them. */
export function assignment(target: Target): Body {
  const { endpoints, port } = target;
  const hosts = endpoints.map((endpoint) => host(endpoint, port.targetPort));
  return typed(ASSIGNMENT, {
    cluster_name: targetName(target),
    ...(hosts.length > 0 && {
      endpoints: [{ locality: {}, lb_endpoints: hosts, load_balancing_weight: hosts.length }],
    }),
  });
}

function host({ address, pod }: ViewEndpoint, port: number): Body {
  const { 'service.istio.io/canonical-name': app = '', 'service.istio.io/canonical-revision': revision = '' } =
    pod?.labels ?? {};
  const usesTls = pod?.labels['security.istio.io/tlsMode'] === 'istio';
  return {
    endpoint: { address: socketAddress(address, port) },
    health_status: 'HEALTHY',
    metadata: {
      filter_metadata: {
        istio: { workload: `${pod?.name ?? ''};${pod?.namespace ?? ''};${app};${revision};Kubernetes` },
        ...(usesTls && { 'envoy.transport_socket_match': { tlsMode: 'istio' } }),
      },
    },
    load_balancing_weight: 1,
  };
}
