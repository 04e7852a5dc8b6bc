import { bodyField, type EnvoyBody } from '../../model/envoy-body.ts';

const PREFIX = 'type.googleapis.com/envoy.config.';

/** Fields that only one kind of resource has, the most telling first. */
const TELLING: readonly (readonly [type: string, fields: readonly string[]])[] = [
  ['route.v3.RouteConfiguration', ['virtual_hosts']],
  ['listener.v3.Listener', ['filter_chains', 'default_filter_chain', 'address']],
  ['endpoint.v3.ClusterLoadAssignment', ['cluster_name']],
  ['cluster.v3.Cluster', ['connect_timeout', 'type', 'cluster_type', 'load_assignment', 'eds_cluster_config']],
];

/** A resource as istioctl lists it, without its type, with the type its fields tell; nothing where they tell none. */
export function typedResource(body: EnvoyBody): EnvoyBody | undefined {
  if (typeof body['@type'] === 'string') return body;
  const found = TELLING.find(([, fields]) => fields.some((field) => bodyField(body, field) !== undefined));
  return found === undefined ? undefined : { ...body, '@type': PREFIX + found[0] };
}
