import { ADS, type Body, LISTENER, named, socketAddress, typed } from './body.ts';
import { accessLog, httpConnection, type LogEncoding, tcpProxy } from './http-connection.ts';
import type { MeshView, ViewPort, ViewService } from './mesh-view.ts';

/** The listeners by which a sidecar takes what its application sends. */
export function outboundListeners(view: MeshView, encoding: LogEncoding): readonly Body[] {
  const ports = view.services.flatMap((service) => service.ports.map((port) => ({ service, port })));
  const shared = new Set(ports.filter(({ port }) => port.protocol === 'http').map(({ port }) => port.port));
  const tcp = ports.filter(({ port }) => port.protocol === 'tcp');
  const auto = ports.filter(({ port }) => port.protocol === 'auto');
  return [
    ...[...shared].map((port) =>
      httpListener({ name: `0.0.0.0_${port}`, address: '0.0.0.0', port, routes: String(port), encoding }),
    ),
    ...tcp.map(({ service, port }) => tcpListener(service, port, encoding)),
    ...auto.map(({ service, port }) =>
      httpListener({
        name: `${service.clusterIp}_${port.port}`,
        address: service.clusterIp,
        port: port.port,
        routes: `${service.host}:${port.port}`,
        otherwise: `outbound|${port.port}||${service.host}`,
        encoding,
      }),
    ),
    virtualOutbound(encoding),
  ];
}

export function rds(routes: string): Body {
  return { rds: { config_source: ADS, route_config_name: routes } };
}

interface HttpListener {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly routes: string;
  /** Where what is no HTTP goes. */
  readonly otherwise?: string;
  readonly encoding: LogEncoding;
}

const INSPECT_HTTP = named(
  'envoy.filters.listener.http_inspector',
  'envoy.extensions.filters.listener.http_inspector.v3.HttpInspector',
);
const COMMON: Body = {
  listener_filters_timeout: '0s',
  traffic_direction: 'OUTBOUND',
  continue_on_listener_filters_timeout: true,
};

function httpListener({ name, address, port, routes, otherwise, encoding }: HttpListener): Body {
  const statPrefix = `outbound_${address}_${port};`;
  return typed(LISTENER, {
    name,
    address: socketAddress(address, port),
    filter_chains: [
      {
        filter_chain_match: { transport_protocol: 'raw_buffer', application_protocols: ['http/1.1', 'h2c'] },
        filters: [httpConnection({ statPrefix, routes: rds(routes), encoding })],
        transport_socket_connect_timeout: '15s',
      },
    ],
    listener_filters: [INSPECT_HTTP],
    ...COMMON,
    default_filter_chain:
      otherwise === undefined
        ? {
            filter_chain_match: {},
            filters: [tcpProxy('PassthroughCluster', encoding)],
            name: 'PassthroughFilterChain',
          }
        : { filters: [tcpProxy(otherwise, encoding)], transport_socket_connect_timeout: '15s' },
    bind_to_port: false,
  });
}

function tcpListener({ host, clusterIp }: ViewService, { port }: ViewPort, encoding: LogEncoding): Body {
  return typed(LISTENER, {
    name: `${clusterIp}_${port}`,
    address: socketAddress(clusterIp, port),
    filter_chains: [
      { filters: [tcpProxy(`outbound|${port}||${host}`, encoding)], transport_socket_connect_timeout: '15s' },
    ],
    ...COMMON,
    bind_to_port: false,
  });
}

/** What is for no other listener, and the loop that must not be. */
function virtualOutbound(encoding: LogEncoding): Body {
  return typed(LISTENER, {
    name: 'virtualOutbound',
    address: socketAddress('0.0.0.0', 15_001),
    filter_chains: [
      {
        filter_chain_match: { destination_port: 15_001 },
        filters: [tcpProxy('BlackHoleCluster')],
        name: 'virtualOutbound-blackhole',
      },
      { filters: [tcpProxy('PassthroughCluster', encoding)], name: 'virtualOutbound-catchall-tcp' },
    ],
    use_original_dst: true,
    traffic_direction: 'OUTBOUND',
    access_log: accessLog(encoding).map((each) => ({ ...each, filter: { response_flag_filter: { flags: ['NR'] } } })),
    max_connections_to_accept_per_socket_event: 1,
  });
}
