import { type Body, LISTENER, socketAddress, typed } from './body.ts';
import { accessLog, httpConnection, type LogEncoding } from './http-connection.ts';
import type { GatewaySpec, VirtualServiceSpec } from './istio-specs.ts';
import { type MeshView, selects, type ViewObject, type ViewPod } from './mesh-view.ts';
import { rds } from './outbound-listeners.ts';
import { routeConfig } from './route-configs.ts';
import { virtualServiceRoutes } from './routes.ts';

/** What a gateway's Envoy listens to, and where it sends that. */
export interface GatewayConfig {
  readonly listeners: readonly Body[];
  readonly routes: readonly Body[];
}

interface Server {
  readonly gateway: ViewObject<GatewaySpec>;
  readonly hosts: readonly string[];
  /** Of the Service before the gateway, and of the pod. */
  readonly port: number;
  readonly targetPort: number;
}

/** HTTP servers of the Gateways that select this pod. */
export function gatewayConfig(view: MeshView, pod: ViewPod, encoding: LogEncoding): GatewayConfig {
  const byPort = Map.groupBy(serversOf(view, pod), ({ targetPort }) => targetPort);
  return {
    listeners: [...byPort.keys()].map((port) => listener(port, encoding)),
    routes: [...byPort].map(([port, servers]) =>
      routeConfig(
        `http.${port}`,
        servers.flatMap((server) => virtualHosts(view, server)),
      ),
    ),
  };
}

function serversOf(view: MeshView, pod: ViewPod): readonly Server[] {
  const front = view.services.find(({ endpoints }) => endpoints.some((each) => each.pod?.name === pod.name));
  return view
    .objects<GatewaySpec>('Gateway')
    .filter(({ spec }) => selects(spec.selector, pod.labels))
    .flatMap((gateway) =>
      (gateway.spec.servers ?? [])
        .filter(({ port }) => port.protocol === 'HTTP')
        .map(({ hosts = [], port: { number } }) => {
          const targetPort = front?.ports.find(({ port }) => port === number)?.targetPort ?? number;
          return { gateway, hosts, port: number, targetPort };
        }),
    );
}

function virtualHosts(view: MeshView, { gateway, hosts, port }: Server): readonly Body[] {
  const bound = view.objects<VirtualServiceSpec>('VirtualService').filter(({ namespace, spec }) => {
    const names = (spec.gateways ?? []).map((name) => (name.includes('/') ? name : `${namespace}/${name}`));
    return names.includes(`${gateway.namespace}/${gateway.name}`);
  });
  return bound.flatMap((virtualService) =>
    (virtualService.spec.hosts ?? [])
      .filter((host) => hosts.includes('*') || hosts.includes(host))
      .map((host) => ({
        name: `${host}:${port}`,
        domains: [host],
        routes: virtualServiceRoutes(virtualService, { view, port }),
        include_request_attempt_count: true,
      })),
  );
}

function listener(port: number, encoding: LogEncoding): Body {
  const connection = httpConnection({
    statPrefix: `outbound_0.0.0.0_${port};`,
    routes: rds(`http.${port}`),
    encoding,
    more: {
      http_protocol_options: {},
      server_name: 'istio-envoy',
      use_remote_address: true,
      forward_client_cert_details: 'SANITIZE_SET',
      set_current_client_cert_details: { subject: true, cert: true, dns: true, uri: true },
    },
  });
  return typed(LISTENER, {
    name: `0.0.0.0_${port}`,
    address: socketAddress('0.0.0.0', port),
    filter_chains: [{ filters: [connection], transport_socket_connect_timeout: '15s' }],
    traffic_direction: 'OUTBOUND',
    access_log: accessLog(encoding).map((each) => ({ ...each, filter: { response_flag_filter: { flags: ['NR'] } } })),
    max_connections_to_accept_per_socket_event: 1,
  });
}
