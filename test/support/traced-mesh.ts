import type { EnvoyDump } from '../../src/model/envoy-config.ts';
import type { TraceQuestion } from '../../src/model/envoy-trace-question.ts';
import { readDumpValue } from './envoy-dump.ts';

const ADMIN = 'type.googleapis.com/envoy.admin.v3.';

/** What a small Envoy is made of, as its dump has it. */
export interface TracedMesh {
  readonly listeners?: readonly object[];
  readonly routes?: readonly object[];
  readonly clusters?: readonly object[];
  readonly endpoints?: readonly object[];
  readonly warming?: readonly object[];
  /** `router` or `sidecar`. */
  readonly type?: string;
}

/** Its config dump, read. */
export function dumpOf({
  listeners,
  routes,
  clusters,
  endpoints,
  warming = [],
  type = 'sidecar',
}: TracedMesh): Promise<EnvoyDump> {
  const section = (name: string, fields: object | undefined): object[] =>
    fields === undefined ? [] : [{ '@type': `${ADMIN}${name}ConfigDump`, ...fields }];
  const entries = (list: readonly object[] | undefined, key: string): object[] | undefined =>
    list?.map((each) => ({ [key]: each }));
  const node = { id: `${type}~10.0.0.1~cart-1.shop~shop.svc.cluster.local`, metadata: {} };
  return readDumpValue({
    configs: [
      ...section('Bootstrap', { bootstrap: { node } }),
      ...section(
        'Clusters',
        clusters && {
          dynamic_active_clusters: entries(clusters, 'cluster'),
          dynamic_warming_clusters: entries(warming, 'cluster'),
        },
      ),
      ...section('Endpoints', endpoints && { dynamic_endpoint_configs: entries(endpoints, 'endpoint_config') }),
      ...section(
        'Listeners',
        listeners && {
          dynamic_listeners: listeners.map((listener) => ({ ...listener, active_state: { listener } })),
        },
      ),
      ...section('Routes', routes && { dynamic_route_configs: entries(routes, 'route_config') }),
    ],
  });
}

/** A listener for HTTP by a route configuration. */
export function httpListener(port: number, routeName: string, more: object = {}): object {
  return listener(`0.0.0.0_${port}`, '0.0.0.0', port, {
    filter_chains: [chainOf(http({ rds: { route_config_name: routeName } }))],
    ...more,
  });
}

export function listener(name: string, address: string, port: number, more: object): object {
  return { name, address: { socket_address: { address, port_value: port } }, traffic_direction: 'OUTBOUND', ...more };
}

export function chainOf(filter: object, match?: object, name?: string): object {
  return {
    ...(name === undefined ? {} : { name }),
    ...(match === undefined ? {} : { filter_chain_match: match }),
    filters: [filter],
  };
}

export function http(config: object): object {
  return { name: 'envoy.filters.network.http_connection_manager', typed_config: config };
}

export function tcp(config: object): object {
  return { name: 'envoy.filters.network.tcp_proxy', typed_config: config };
}

/** What istiod sends of a cluster whose endpoints it sends, too. */
export function cluster(name: string, more: object = {}): object {
  return { name, type: 'EDS', common_lb_config: { healthy_panic_threshold: {} }, ...more };
}

export function endpoints(name: string, hosts: readonly (readonly [address: string, health?: string])[]): object {
  return {
    cluster_name: name,
    endpoints: [
      {
        lb_endpoints: hosts.map(([address, health = 'HEALTHY']) => ({
          endpoint: { address: { socket_address: { address, port_value: 80 } } },
          health_status: health,
        })),
      },
    ],
  };
}

export function routeTo(name: string, match: object = { prefix: '/' }): object {
  return { match, route: { cluster: name } };
}

export function question(
  more: Partial<Omit<TraceQuestion, 'headers'>> & { readonly headers?: Readonly<Record<string, string>> } = {},
): TraceQuestion {
  const { headers = {}, ...rest } = more;
  return {
    host: 'cart.shop',
    port: 80,
    path: '/',
    method: 'GET',
    protocol: 'http',
    sni: '',
    direction: 'outbound',
    ...rest,
    headers: new Map(Object.entries(headers)),
  };
}
