import { ADS, type Body, CLUSTER, typed } from './body.ts';
import type { DestinationRuleSpec, TrafficPolicy } from './istio-specs.ts';
import {
  type MeshView,
  selects,
  type ViewEndpoint,
  type ViewObject,
  type ViewPort,
  type ViewService,
  wholeHost,
} from './mesh-view.ts';
import { sdsSecrets } from './tls.ts';

/** A port of a service, or a subset of it, as one cluster of a client. */
export interface Target {
  readonly service: ViewService;
  readonly port: ViewPort;
  /** Empty: all of it. */
  readonly subset: string;
  readonly endpoints: readonly ViewEndpoint[];
  readonly rule?: ViewObject<DestinationRuleSpec>;
  readonly policy: TrafficPolicy;
}

export function targetName({ service, port, subset }: Pick<Target, 'service' | 'port' | 'subset'>): string {
  return `outbound|${port.port}|${subset}|${service.host}`;
}

/** Every cluster that a client of the mesh knows of, by name. */
export function outboundTargets(view: MeshView): readonly Target[] {
  const rules = view.objects<DestinationRuleSpec>('DestinationRule');
  const targets = view.services.flatMap((service) => {
    const rule = rules.find(({ namespace, spec }) => wholeHost(spec.host ?? '', namespace) === service.host);
    return service.ports.flatMap((port) => targetsOf(service, port, rule));
  });
  return targets.toSorted((one, other) => (targetName(one) < targetName(other) ? -1 : 1));
}

function targetsOf(service: ViewService, port: ViewPort, rule: ViewObject<DestinationRuleSpec> | undefined): Target[] {
  const policy = rule?.spec.trafficPolicy ?? {};
  const whole: Target = {
    service,
    port,
    subset: '',
    endpoints: service.endpoints,
    policy,
    ...(rule !== undefined && { rule }),
  };
  const subsets = rule?.spec.subsets ?? [];
  return [
    whole,
    ...subsets.map(({ name, labels, trafficPolicy }) => ({
      ...whole,
      subset: name,
      endpoints: service.endpoints.filter(({ pod }) => pod !== undefined && selects(labels, pod.labels)),
      policy: { ...policy, ...trafficPolicy },
    })),
  ];
}

const MOST = 4_294_967_295;
export const UNLIMITED: Body = {
  thresholds: [{ max_connections: MOST, max_pending_requests: MOST, max_requests: MOST, max_retries: MOST }],
};

export function outboundCluster(target: Target): Body {
  const { service, policy, rule, subset } = target;
  const name = targetName(target);
  const services = [{ host: service.host, name: service.name, namespace: service.namespace }];
  const { outlierDetection } = policy;
  const config =
    rule === undefined
      ? {}
      : { config: `/apis/networking.istio.io/v1/namespaces/${rule.namespace}/destination-rule/${rule.name}` };
  return typed(CLUSTER, {
    name,
    type: 'EDS',
    eds_cluster_config: { eds_config: ADS, service_name: name },
    connect_timeout: '10s',
    lb_policy: 'LEAST_REQUEST',
    circuit_breakers: breakers(policy),
    ...(outlierDetection !== undefined && { outlier_detection: outliers(outlierDetection) }),
    metadata: { filter_metadata: { istio: { ...(subset !== '' && { subset }), services, ...config } } },
    common_lb_config: outlierDetection === undefined ? {} : { healthy_panic_threshold: {} },
    alt_stat_name: `${name};`,
    ...transport(target),
  });
}

function breakers({ connectionPool: { tcp = {}, http = {} } = {} }: TrafficPolicy): Body {
  const { maxConnections = MOST } = tcp;
  const { http1MaxPendingRequests = MOST, http2MaxRequests = MOST } = http;
  const threshold = {
    max_connections: maxConnections,
    max_pending_requests: http1MaxPendingRequests,
    max_requests: http2MaxRequests,
    max_retries: MOST,
  };
  return { thresholds: [threshold] };
}

function outliers(detection: NonNullable<TrafficPolicy['outlierDetection']>): Body {
  const { consecutive5xxErrors, interval, baseEjectionTime, maxEjectionPercent } = detection;
  return {
    ...(consecutive5xxErrors !== undefined && { consecutive_5xx: consecutive5xxErrors }),
    ...(interval !== undefined && { interval }),
    ...(baseEjectionTime !== undefined && { base_ejection_time: baseEjectionTime }),
    ...(maxEjectionPercent !== undefined && { max_ejection_percent: maxEjectionPercent }),
    ...(consecutive5xxErrors !== undefined && { enforcing_consecutive_5xx: 100 }),
    enforcing_success_rate: 0,
  };
}

const RAW: Body = {
  name: 'tlsMode-disabled',
  match: {},
  transport_socket: {
    name: 'envoy.transport_sockets.raw_buffer',
    typed_config: typed('envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer', {}),
  },
};

/** Automatic mTLS where nothing is said: with those that have a sidecar. */
function transport(target: Target): Body {
  const mode = target.policy.tls?.mode;
  if (mode === 'DISABLE') return {};
  if (mode === 'SIMPLE' || mode === 'MUTUAL') return { transport_socket: plainTls(target) };
  if (mode === 'ISTIO_MUTUAL') return { transport_socket: meshTls(target) };
  const mesh = { name: 'tlsMode-istio', match: { tlsMode: 'istio' }, transport_socket: meshTls(target) };
  return { transport_socket_matches: [mesh, RAW] };
}

const UPSTREAM = 'envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext';

function meshTls({ service, port, subset, endpoints }: Target): Body {
  const accounts = endpoints.flatMap(({ pod }) =>
    pod === undefined ? [] : [`${pod.namespace}/sa/${pod.serviceAccount}`],
  );
  const names = [...new Set(accounts)].sort().map((account) => ({ exact: `spiffe://cluster.local/ns/${account}` }));
  const context = {
    tls_params: { tls_minimum_protocol_version: 'TLSv1_2', tls_maximum_protocol_version: 'TLSv1_3' },
    alpn_protocols: ['istio'],
    ...sdsSecrets(names),
  };
  const sni = `outbound_.${port.port}_.${subset}_.${service.host}`;
  return { name: 'envoy.transport_sockets.tls', typed_config: typed(UPSTREAM, { common_tls_context: context, sni }) };
}

function plainTls({ service, policy }: Target): Body {
  const body = { common_tls_context: {}, sni: policy.tls?.sni ?? service.host };
  return { name: 'envoy.transport_sockets.tls', typed_config: typed(UPSTREAM, body) };
}
