import type { SentType } from '../istiod/control-plane.ts';
import { assignment } from './assignments.ts';
import { type Body, CLUSTER, typed } from './body.ts';
import { outboundCluster, outboundTargets, UNLIMITED } from './clusters.ts';
import { gatewayConfig } from './gateway-config.ts';
import type { LogEncoding } from './http-connection.ts';
import { virtualInbound } from './inbound-listener.ts';
import type { TelemetrySpec } from './istio-specs.ts';
import { type MeshView, selects, type ViewPod } from './mesh-view.ts';
import { outboundListeners } from './outbound-listeners.ts';
import { sidecarRouteConfigs } from './route-configs.ts';

/** Everything that istiod sends to one proxy, by type. */
export type SentConfig = Readonly<Record<SentType, readonly Body[]>>;

/** What istiod would send to this pod's proxy, with the cluster as it is. */
export function sentConfig(view: MeshView, pod: ViewPod, type: 'sidecar' | 'router'): SentConfig {
  const targets = outboundTargets(view);
  const encoding = encodingOf(view, pod);
  const outbound = targets.map(outboundCluster);
  const eds = targets.map(assignment);
  if (type === 'router') {
    const { listeners, routes } = gatewayConfig(view, pod, encoding);
    return { cds: [BLACK_HOLE, ...outbound], eds, lds: listeners, rds: routes };
  }
  const inbound = pod.ports.map((port) => inboundCluster(view, pod, port));
  return {
    cds: [BLACK_HOLE, INBOUND_PASSTHROUGH, PASSTHROUGH, ...inbound, ...outbound],
    eds,
    lds: [...outboundListeners(view, encoding), virtualInbound(view, pod, encoding)],
    rds: sidecarRouteConfigs(view, pod.namespace),
  };
}

/** A Telemetry of the pod's own may choose another provider than the mesh. */
function encodingOf(view: MeshView, pod: ViewPod): LogEncoding {
  const chosen = view
    .objects<TelemetrySpec>('Telemetry')
    .filter(({ namespace, spec }) => namespace === pod.namespace && selects(spec.selector?.matchLabels, pod.labels))
    .flatMap(({ spec }) => spec.accessLogging ?? [])
    .flatMap(({ providers = [] }) => providers);
  return chosen.some(({ name }) => name === 'json-log') ? 'json' : 'text';
}

const BLACK_HOLE = typed(CLUSTER, {
  name: 'BlackHoleCluster',
  type: 'STATIC',
  connect_timeout: '10s',
  alt_stat_name: 'BlackHoleCluster;',
});
const LOCAL: Body = { source_address: { address: '127.0.0.6', port_value: 0 } };

function passthrough(name: string, more: Body): Body {
  const options = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';
  return typed(CLUSTER, {
    name,
    type: 'ORIGINAL_DST',
    connect_timeout: '10s',
    lb_policy: 'CLUSTER_PROVIDED',
    circuit_breakers: UNLIMITED,
    ...more,
    alt_stat_name: 'PassthroughCluster;',
    typed_extension_protocol_options: {
      [options]: typed(options, {
        common_http_protocol_options: { idle_timeout: '300s' },
        use_downstream_protocol_config: { http_protocol_options: {}, http2_protocol_options: {} },
      }),
    },
  });
}

const PASSTHROUGH = passthrough('PassthroughCluster', {});
const INBOUND_PASSTHROUGH = passthrough('InboundPassthroughCluster', { upstream_bind_config: LOCAL });

function inboundCluster(view: MeshView, pod: ViewPod, port: number): Body {
  const services = view.services
    .filter(({ endpoints, ports }) => {
      return endpoints.some((each) => each.pod?.name === pod.name) && ports.some((each) => each.targetPort === port);
    })
    .map(({ name, namespace, host }) => ({ name, namespace, host }));
  return typed(CLUSTER, {
    name: `inbound|${port}||`,
    type: 'ORIGINAL_DST',
    connect_timeout: '10s',
    lb_policy: 'CLUSTER_PROVIDED',
    circuit_breakers: UNLIMITED,
    cleanup_interval: '9223372035s',
    upstream_bind_config: LOCAL,
    metadata: { filter_metadata: { istio: { services } } },
    common_lb_config: {},
    alt_stat_name: `inbound|${port}||;`,
  });
}
