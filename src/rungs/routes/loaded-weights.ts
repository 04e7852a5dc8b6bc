import { parseClusterName } from '../../model/envoy-cluster-name.ts';
import type { EnvoyConfig } from '../../model/envoy-config.ts';
import type { EnvoyRoute, EnvoyRouteConfig, WeightedCluster } from '../../model/envoy-route.ts';
import type { LoadedWeight } from '../../model/inspection.ts';

/** Shares of a route by `destination subset`. */
type Shares = ReadonlyMap<string, number>;

/** A route that some object wrote, or that divides requests. */
interface Loaded {
  /** As Envoy tells it, `NAME.NAMESPACE`. */
  readonly writer: string;
  readonly route: string;
  readonly shares: Shares;
}

/**
 * What an Envoy has been told of how requests are divided, in its route configurations and in routes inside listeners: the
 * shares of each route that a VirtualService wrote, and of each that goes more than one way. What goes to the proxy's own
 * pod is left out, and so are routes of one writer and name that disagree: no log can tell them apart.
 */
export function loadedWeights({ routes = [], listeners = [] }: EnvoyConfig): readonly LoadedWeight[] {
  const inline = listeners
    .filter(isInForce)
    .flatMap(({ filterChains }) =>
      filterChains.flatMap(({ target }) => (target.kind === 'inline' ? [target.routes] : [])),
    );
  const loaded = [...routes.filter(isInForce), ...inline].flatMap(routesOf);
  return [...Map.groupBy(loaded, keyOf).values()].flatMap(agreedWeights);
}

function isInForce({ state }: Pick<EnvoyRouteConfig, 'state'>): boolean {
  return state === 'active' || state === 'static';
}

function routesOf({ virtualHosts }: EnvoyRouteConfig): readonly Loaded[] {
  return virtualHosts.flatMap((host) => host.routes.flatMap(loadedOf));
}

function loadedOf({ name: route, virtualService: writer, action }: EnvoyRoute): readonly Loaded[] {
  if (action.kind !== 'clusters') return [];
  if (writer === '' && action.clusters.length < 2) return [];
  // Envoy takes no weight below zero: whoever says so is not believed.
  const shares = action.clusters.some(({ weight }) => weight < 0) ? new Map() : sharesOf(action.clusters);
  return shares.size === 0 ? [] : [{ writer, route, shares }];
}

/** Shares of all that is sent; what Istio gave no name is no service, and takes its share all the same. */
function sharesOf(clusters: readonly WeightedCluster[]): Shares {
  const total = clusters.reduce((sum, { weight }) => sum + weight, 0);
  const shares = new Map<string, number>();
  for (const { name, weight } of clusters) {
    const { direction, subset, fqdn } = parseClusterName(name);
    const share = clusters.length === 1 ? 1 : weight / total;
    if (!(share >= 0) || (direction !== 'outbound' && direction !== WAYPOINT)) continue;
    const key = `${fqdn} ${direction === WAYPOINT ? subsetAtWaypoint(subset) : subset}`;
    shares.set(key, (shares.get(key) ?? 0) + share);
  }
  return shares;
}

/** How a waypoint calls the services it stands before (Istio pilot/pkg/networking/core, buildWaypointInboundVIPCluster). */
const WAYPOINT = 'inbound-vip';

/** `http/v1` for subset v1, `http` for none. */
function subsetAtWaypoint(subset: string): string {
  return subset.startsWith('http/') ? subset.slice('http/'.length) : '';
}

function keyOf({ writer, route }: Loaded): string {
  return `${writer}/${route}`;
}

function agreedWeights(same: readonly Loaded[]): readonly LoadedWeight[] {
  const [first] = same;
  if (first === undefined || !same.every(({ shares }) => agree(first.shares, shares))) return [];
  const object = objectOf(first.writer);
  return [...first.shares].map(([key, ratio]) => {
    const [destination = '', subset = ''] = key.split(' ');
    return { ...(object !== undefined && { object }), route: first.route, destination, subset, ratio };
  });
}

function agree(one: Shares, other: Shares): boolean {
  return one.size === other.size && [...one].every(([key, share]) => other.get(key) === share);
}

/** Of `NAME.NAMESPACE` only the name may have dots in it. */
function objectOf(writer: string): LoadedWeight['object'] {
  const dot = writer.lastIndexOf('.');
  return dot <= 0 ? undefined : { namespace: writer.slice(dot + 1), name: writer.slice(0, dot) };
}
