import { type Body, typed } from './body.ts';
import { bootstrap, STATIC_CLUSTERS, STATIC_LISTENERS, STATIC_ROUTES } from './bootstrap.ts';
import type { HeldConfig } from './held.ts';
import type { EnvoyIdentity } from './identity.ts';

const SECTION = 'envoy.admin.v3.';

/** The fields that each part of a dump may have; a mask that names another does not fit it. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  BootstrapConfigDump: ['bootstrap', 'last_updated'],
  ClustersConfigDump: ['version_info', 'static_clusters', 'dynamic_active_clusters', 'dynamic_warming_clusters'],
  EndpointsConfigDump: ['static_endpoint_configs', 'dynamic_endpoint_configs'],
  ListenersConfigDump: ['version_info', 'static_listeners', 'dynamic_listeners'],
  ScopedRoutesConfigDump: ['inline_scoped_route_configs', 'dynamic_scoped_route_configs'],
  RoutesConfigDump: ['static_route_configs', 'dynamic_route_configs'],
  SecretsConfigDump: ['static_secrets', 'dynamic_active_secrets', 'dynamic_warming_secrets'],
};

/** Everything that an Envoy says of its configuration, part by part, in Envoy's order. */
export function configDump(identity: EnvoyIdentity, held: HeldConfig, withEndpoints: boolean): readonly Body[] {
  const started = time(identity.startedAtMs);
  return [
    part('BootstrapConfigDump', { bootstrap: bootstrap(identity), last_updated: started }),
    clusters(held, started),
    ...(withEndpoints ? [endpoints(held)] : []),
    listeners(held, started),
    part('ScopedRoutesConfigDump', {}),
    routes(held, started),
    part('SecretsConfigDump', {
      dynamic_active_secrets: ['default', 'ROOTCA'].map((name) => ({
        name,
        last_updated: started,
        secret: typed('envoy.extensions.transport_sockets.tls.v3.Secret', { name }),
      })),
    }),
  ];
}

/** The parts that a mask fits, cut down to it; Envoy passes over all others. */
export function maskedDump(parts: readonly Body[], mask: readonly string[]): readonly Body[] {
  return parts
    .filter((each) => mask.every((field) => FIELDS[typeName(each)]?.includes(field.split('.')[0] ?? '')))
    .map((each) => ({ '@type': each['@type'], ...Object.fromEntries(mask.flatMap((field) => cut(each, field))) }));
}

/** The entries of one repeated field, whatever part it is of; undefined for a field that no part has. */
export function resourcesOf(parts: readonly Body[], field: string): readonly Body[] | undefined {
  const owner = parts.find((each) => FIELDS[typeName(each)]?.includes(field));
  if (owner === undefined) return undefined;
  const entries = (owner[field] ?? []) as readonly Body[];
  return entries.map((entry) => ({ '@type': `${owner['@type']}.${entryType(field)}`, ...entry }));
}

const ENTRY_TYPES: Readonly<Record<string, string>> = {
  static_clusters: 'StaticCluster',
  static_listeners: 'StaticListener',
  static_route_configs: 'StaticRouteConfig',
  static_endpoint_configs: 'StaticEndpointConfig',
  static_secrets: 'StaticSecret',
  dynamic_listeners: 'DynamicListener',
  dynamic_route_configs: 'DynamicRouteConfig',
  dynamic_endpoint_configs: 'DynamicEndpointConfig',
};

function entryType(field: string): string {
  return ENTRY_TYPES[field] ?? (field.endsWith('clusters') ? 'DynamicCluster' : 'DynamicSecret');
}

function typeName(body: Body): string {
  return String(body['@type']).split('.').at(-1) ?? '';
}

/** `bootstrap.node` reaches inside; into a list no mask does. */
function cut(body: Body, field: string): readonly (readonly [string, unknown])[] {
  const [first = '', ...rest] = field.split('.');
  const value = body[first];
  if (value === undefined) return [];
  if (rest.length === 0 || Array.isArray(value)) return [[first, value]];
  return [[first, Object.fromEntries(cut(value as Body, rest.join('.')))]];
}

function part(name: string, body: Body): Body {
  return typed(`${SECTION}${name}`, body);
}

function clusters(held: HeldConfig, started: string): Body {
  const { resources, version, atMs } = held.held('cds');
  return part('ClustersConfigDump', {
    version_info: version,
    static_clusters: STATIC_CLUSTERS.map((cluster) => ({ cluster, last_updated: started })),
    dynamic_active_clusters: resources.map((cluster) => ({ cluster, last_updated: time(atMs) })),
  });
}

function listeners(held: HeldConfig, started: string): Body {
  const { resources, version, atMs } = held.held('lds');
  const rejected = held.rejected('lds');
  return part('ListenersConfigDump', {
    version_info: version,
    static_listeners: STATIC_LISTENERS.map((listener) => ({ listener, last_updated: started })),
    dynamic_listeners: resources.map((listener) => {
      const refused = rejected?.resources.find((each) => each['name'] === listener['name']);
      return {
        name: listener['name'],
        active_state: { listener, last_updated: time(atMs) },
        ...(rejected !== undefined &&
          refused !== undefined && {
            error_state: {
              failed_configuration: refused,
              last_update_attempt: time(rejected.atMs),
              details: rejected.details,
            },
          }),
      };
    }),
  });
}

function routes(held: HeldConfig, started: string): Body {
  const { resources, atMs } = held.held('rds');
  const inline = held.held('lds').resources.flatMap(inlineRoutes);
  return part('RoutesConfigDump', {
    static_route_configs: [
      ...STATIC_ROUTES.map((route_config) => ({ route_config, last_updated: started })),
      ...inline.map((route_config) => ({ route_config, last_updated: time(held.held('lds').atMs) })),
    ],
    dynamic_route_configs: resources.map((route_config) => ({ route_config, last_updated: time(atMs) })),
  });
}

interface Chains {
  readonly filter_chains?: readonly { readonly filters?: readonly { readonly typed_config?: Body }[] }[];
}

/** Routes that came inside of a listener, once for each of its chains. */
function inlineRoutes(listener: Body): readonly Body[] {
  return ((listener as Chains).filter_chains ?? [])
    .flatMap(({ filters = [] }) => filters)
    .flatMap(({ typed_config }) => {
      const inline = typed_config?.['route_config'] as Body | undefined;
      return inline === undefined ? [] : [typed('envoy.config.route.v3.RouteConfiguration', inline)];
    });
}

interface Assignment {
  readonly cluster_name: string;
  readonly endpoints?: readonly { readonly lb_endpoints: readonly Body[] }[];
}

/** An assignment for every cluster, whether istiod sends one or not. */
function endpoints(held: HeldConfig): Body {
  const sent = new Map(
    held.held('eds').resources.map((each) => [String(each['cluster_name']), each as unknown as Assignment]),
  );
  const empty = (name: string): Body => typed('envoy.config.endpoint.v3.ClusterLoadAssignment', { cluster_name: name });
  return part('EndpointsConfigDump', {
    static_endpoint_configs: STATIC_CLUSTERS.map(({ name, load_assignment }) => {
      const [first] = (load_assignment as Assignment).endpoints ?? [];
      const hosts = (first?.lb_endpoints ?? []).map((each) => ({ ...each, health_status: 'HEALTHY' }));
      return entry({ ...empty(String(name)), endpoints: [{ locality: {}, lb_endpoints: hosts }] });
    }),
    dynamic_endpoint_configs: held.held('cds').resources.map(({ name }) => {
      return entry((sent.get(String(name)) as Body | undefined) ?? empty(String(name)));
    }),
  });
}

/** Envoy writes what it adds by itself, too. */
function entry(body: Body): Body {
  const { endpoints: localities, ...assignment } = body as Body & Pick<Assignment, 'endpoints'>;
  return {
    endpoint_config: {
      ...assignment,
      ...(localities !== undefined && {
        endpoints: localities.map((locality) => ({
          ...locality,
          lb_endpoints: locality.lb_endpoints.map((each) => ({
            ...each,
            endpoint: { ...(each['endpoint'] as Body), health_check_config: {} },
            load_balancing_weight: 1,
          })),
        })),
      }),
      policy: { overprovisioning_factor: 140 },
    },
  };
}

/** `2026-11-21T02:20:44.033Z`. */
function time(ms: number): string {
  return new Date(ms).toISOString();
}
