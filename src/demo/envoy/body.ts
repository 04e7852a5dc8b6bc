/** A message of Envoy's configuration as JSON: names with underscores, as Envoy's own answers have them. */
export type Body = Readonly<Record<string, unknown>>;

export const CLUSTER = 'envoy.config.cluster.v3.Cluster';
export const LISTENER = 'envoy.config.listener.v3.Listener';
export const ROUTES = 'envoy.config.route.v3.RouteConfiguration';
export const ASSIGNMENT = 'envoy.config.endpoint.v3.ClusterLoadAssignment';

/** A message that says its type. */
export function typed(type: string, body: Body): Body {
  return { '@type': `type.googleapis.com/${type}`, ...body };
}

/** A filter, an access logger, a transport socket: a name, and configuration of its own type. */
export function named(name: string, type: string, body: Body = {}): Body {
  return { name, typed_config: typed(type, body) };
}

/** Where istiod is asked for more: by the stream that is open already. */
export const ADS: Body = { ads: {}, initial_fetch_timeout: '0s', resource_api_version: 'V3' };

export function socketAddress(address: string, port: number): Body {
  return { socket_address: { address, port_value: port } };
}
