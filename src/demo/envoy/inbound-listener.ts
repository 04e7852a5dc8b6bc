import { type Body, LISTENER, named, socketAddress, typed } from './body.ts';
import { accessLog, httpConnection, type LogEncoding, tcpProxy } from './http-connection.ts';
import type { EnvoyFilterSpec, MtlsMode, PeerAuthenticationSpec } from './istio-specs.ts';
import { type MeshView, selects, type ViewObject, type ViewPod } from './mesh-view.ts';
import { rbacFilters } from './rbac.ts';
import { sdsSecrets } from './tls.ts';

const ROOT = 'istio-system';
const PASSTHROUGH = 'InboundPassthroughCluster';

/** The listener by which a sidecar takes what is sent to its pod: what mTLS mode and policies make of it. */
export function virtualInbound(view: MeshView, pod: ViewPod, encoding: LogEncoding): Body {
  const ports = pod.ports.flatMap((port) =>
    transports(mtlsMode(view, pod, port)).map((transport) => portChain({ view, pod, encoding, transport }, port)),
  );
  const rest = transports(mtlsMode(view, pod)).flatMap((transport) => {
    const inbound = { view, pod, encoding, transport };
    return [restHttpChain(inbound), restTcpChain(inbound)];
  });
  return typed(LISTENER, {
    name: 'virtualInbound',
    address: socketAddress('0.0.0.0', 15_006),
    filter_chains: [BLACKHOLE, ...rest, ...ports],
    listener_filters: LISTENER_FILTERS,
    listener_filters_timeout: '0s',
    traffic_direction: 'INBOUND',
    continue_on_listener_filters_timeout: true,
    access_log: accessLog(encoding).map((each) => ({ ...each, filter: { response_flag_filter: { flags: ['NR'] } } })),
    max_connections_to_accept_per_socket_event: 1,
  });
}

const BLACKHOLE: Body = {
  filter_chain_match: { destination_port: 15_006 },
  filters: [tcpProxy('BlackHoleCluster')],
  name: 'virtualInbound-blackhole',
};
const LISTENER_FILTERS: readonly Body[] = [
  named('envoy.filters.listener.original_dst', 'envoy.extensions.filters.listener.original_dst.v3.OriginalDst'),
  {
    ...named('envoy.filters.listener.tls_inspector', 'envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector'),
    filter_disabled: { destination_port_range: { start: 15_006, end: 15_007 } },
  },
];

type Transport = 'tls' | 'raw_buffer';

function transports(mode: MtlsMode): readonly Transport[] {
  if (mode === 'STRICT') return ['tls'];
  return mode === 'DISABLE' ? ['raw_buffer'] : ['tls', 'raw_buffer'];
}

/** The nearest PeerAuthentication decides: the pod's own, its namespace's, the mesh's. */
function mtlsMode(view: MeshView, pod: ViewPod, port?: number): MtlsMode {
  const all = view.objects<PeerAuthenticationSpec>('PeerAuthentication');
  const wide = ({ spec }: ViewObject<PeerAuthenticationSpec>): boolean => spec.selector === undefined;
  const near = all.filter(({ namespace }) => namespace === pod.namespace);
  const own = near.find((each) => !wide(each) && selects(each.spec.selector?.matchLabels, pod.labels));
  const mesh = all.filter(({ namespace }) => namespace === ROOT).find(wide);
  const modes = [own?.spec.portLevelMtls?.[String(port)], own?.spec.mtls, near.find(wide)?.spec.mtls, mesh?.spec.mtls];
  const said = modes.map((each) => each?.mode).find((mode) => mode !== undefined && mode !== 'UNSET');
  return said ?? 'PERMISSIVE';
}

interface Inbound {
  readonly view: MeshView;
  readonly pod: ViewPod;
  readonly encoding: LogEncoding;
  readonly transport: Transport;
}

function portChain(inbound: Inbound, port: number): Body {
  const { view, pod, transport } = inbound;
  const services = view.services.filter(({ endpoints, ports }) => {
    return endpoints.some((each) => each.pod?.name === pod.name) && ports.some((each) => each.targetPort === port);
  });
  const [service] = services;
  const servicePort = service?.ports.find((each) => each.targetPort === port)?.port ?? port;
  const operation = `${service?.host ?? ''}:${servicePort}/*`;
  const routes = routeTo(`inbound|${port}||`, { name: `inbound|http|${servicePort}`, operation });
  return {
    filter_chain_match: { destination_port: port, transport_protocol: transport },
    filters: [inboundHttp(inbound, `inbound_0.0.0.0_${port};`, routes)],
    ...socketOf(transport, ['h2', 'http/1.1']),
    name: `0.0.0.0_${port}`,
  };
}

function restHttpChain(inbound: Inbound): Body {
  const { transport } = inbound;
  const protocols = transport === 'tls' ? ['istio-http/1.0', 'istio-http/1.1', 'istio-h2'] : ['http/1.1', 'h2c'];
  const routes = routeTo(PASSTHROUGH, { name: 'inbound|http|0', operation: ':0/*' });
  return {
    filter_chain_match: { transport_protocol: transport, application_protocols: protocols },
    filters: [inboundHttp(inbound, `${PASSTHROUGH};`, routes)],
    ...socketOf(transport, ['h2', 'http/1.1']),
    name: 'virtualInbound-catchall-http',
  };
}

function restTcpChain({ view, pod, encoding, transport }: Inbound): Body {
  return {
    filter_chain_match: { transport_protocol: transport },
    filters: [...rbacFilters(view, pod, 'tcp'), tcpProxy(PASSTHROUGH, encoding)],
    ...socketOf(transport, ['h2', 'http/1.1']),
    name: 'virtualInbound',
  };
}

function inboundHttp({ view, pod, encoding }: Inbound, statPrefix: string, routes: Body): Body {
  return httpConnection({
    statPrefix,
    routes: { route_config: routes },
    filters: [...patches(view, pod), ...rbacFilters(view, pod, 'http')],
    encoding,
    more: {
      server_name: 'istio-envoy',
      forward_client_cert_details: 'APPEND_FORWARD',
      set_current_client_cert_details: { subject: true, dns: true, uri: true },
    },
  });
}

/** Filters that an EnvoyFilter puts before all others of inbound requests. */
function patches(view: MeshView, pod: ViewPod): readonly Body[] {
  return view
    .objects<EnvoyFilterSpec>('EnvoyFilter')
    .filter(({ namespace, spec }) => {
      return namespace === pod.namespace && selects(spec.workloadSelector?.labels, pod.labels);
    })
    .flatMap(({ spec }) => spec.configPatches ?? [])
    .filter(({ applyTo, match }) => applyTo === 'HTTP_FILTER' && match?.context === 'SIDECAR_INBOUND')
    .flatMap(({ patch }) => (patch?.operation === 'INSERT_BEFORE' && patch.value !== undefined ? [patch.value] : []));
}

function routeTo(cluster: string, { name, operation }: { readonly name: string; readonly operation: string }): Body {
  const route = {
    cluster,
    timeout: '0s',
    retry_policy: { retry_on: 'reset-before-request', num_retries: 2 },
    max_stream_duration: { max_stream_duration: '0s', grpc_timeout_header_max: '0s' },
  };
  return {
    name: cluster,
    virtual_hosts: [
      { name, domains: ['*'], routes: [{ match: { prefix: '/' }, route, decorator: { operation }, name: 'default' }] },
    ],
    validate_clusters: false,
  };
}

function socketOf(transport: Transport, alpn: readonly string[]): Body {
  if (transport === 'raw_buffer') return {};
  const context = {
    tls_params: { tls_minimum_protocol_version: 'TLSv1_2', tls_maximum_protocol_version: 'TLSv1_3' },
    alpn_protocols: alpn,
    ...sdsSecrets([{ prefix: 'spiffe://cluster.local/' }]),
  };
  const type = 'envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext';
  const body = { common_tls_context: context, require_client_certificate: true };
  return { transport_socket: named('envoy.transport_sockets.tls', type, body) };
}
