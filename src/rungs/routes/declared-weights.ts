import type { ObjectMap } from '../../model/cluster.ts';
import { current } from '../../model/current.ts';
import type { DeclaredWeight } from '../../model/declared-weight.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import type { ConfigObject } from '../../model/workload.ts';
import { httpRouteRoutes, type RouteScope, virtualServiceRoutes, type WeightedRoute } from './weighted-routes.ts';

const CLUSTER_DOMAIN = 'cluster.local';
const READERS = [
  ['virtualservices.networking.istio.io', 'VirtualService', virtualServiceRoutes],
  ['httproutes.gateway.networking.k8s.io', 'HTTPRoute', httpRouteRoutes],
] as const;

const told = new WeakMap<ObjectMap<ConfigObject>, readonly DeclaredWeight[]>();

/** Every declared share. A kind that is not known gives none: nothing is declared by what cannot be read. */
export function declaredWeights({ cluster, settings, takenAt }: MeshSnapshot): readonly DeclaredWeight[] {
  return READERS.flatMap(([key, kind, read]) => {
    const objects = current(cluster.config[key] ?? { state: 'pending' }, takenAt, settings.staleAfterSeconds);
    if (objects === undefined) return [];
    const before = told.get(objects);
    if (before !== undefined) return before;
    const scope: RouteScope = { clusterDomain: CLUSTER_DOMAIN, delegate: (name) => objects.get(name) };
    const weights = [...objects.values()].flatMap((object) => weightsOf(object, kind, read(object, scope)));
    told.set(objects, weights);
    return weights;
  });
}

/**
 * One share for each route, destination and subset of an object. Routes of one name (mostly none) that disagree cannot be
 * told apart in any log, so nothing is said of them.
 */
function weightsOf(
  { namespace, name }: ConfigObject,
  kind: DeclaredWeight['object']['kind'],
  routes: readonly WeightedRoute[],
): readonly DeclaredWeight[] {
  const byRoute = Map.groupBy(routes, (route) => route.name);
  return [...byRoute].flatMap(([route, same]) => {
    const shares = same.map(sharesOf);
    const [first = new Map<string, number>()] = shares;
    if (!shares.every((each) => agree(first, each))) return [];
    return [...first].map(([key, ratio]) => {
      const [destination = '', subset = ''] = key.split(' ');
      return { object: { kind, namespace, name }, route, destination, subset, ratio };
    });
  });
}

/** Shares by `destination subset`; a lone destination has all, whatever its weight says. */
function sharesOf({ targets }: WeightedRoute): Map<string, number> {
  const total = targets.reduce((sum, { weight }) => sum + weight, 0);
  const shares = new Map<string, number>();
  for (const { destination, subset, weight } of targets) {
    const share = targets.length === 1 ? 1 : weight / total;
    if (destination === '' || Number.isNaN(share)) continue;
    const key = `${destination} ${subset}`;
    shares.set(key, (shares.get(key) ?? 0) + share);
  }
  return shares;
}

function agree(one: ReadonlyMap<string, number>, other: ReadonlyMap<string, number>): boolean {
  return one.size === other.size && [...one].every(([key, share]) => other.get(key) === share);
}
