import type { ClusterObjects, ObjectMap } from '../../model/cluster.ts';
import { CLUSTER_DOMAIN } from '../../model/cluster-domain.ts';
import { current } from '../../model/current.ts';
import type { DeclaredWeight } from '../../model/declared-weight.ts';
import { known, type Observed } from '../../model/observed.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import type { ConfigObject } from '../../model/workload.ts';
import { httpRouteRoutes, type RouteScope, virtualServiceRoutes, type WeightedRoute } from './weighted-routes.ts';

type Config = ClusterObjects['config'];

const READERS = [
  ['virtualservices.networking.istio.io', 'VirtualService', virtualServiceRoutes],
  ['httproutes.gateway.networking.k8s.io', 'HTTPRoute', httpRouteRoutes],
] as const;

/** What a kind of objects declares. */
export interface Declared {
  readonly weights: readonly DeclaredWeight[];
  readonly undecided: readonly UndecidedRoute[];
}

/** Routes of one object that bear one name and disagree: no log can tell them apart. */
export interface UndecidedRoute extends Pick<DeclaredWeight, 'object' | 'route'> {
  readonly destinations: readonly string[];
}

const weightsOfObjects = new WeakMap<ObjectMap<ConfigObject>, Declared>();

/** Every declared share. A kind that is not known gives none: nothing is declared by what cannot be read. */
export function declaredWeights({ cluster, settings, takenAt }: MeshSnapshot): readonly DeclaredWeight[] {
  const read = readAll(cluster.config, (observed) => current(observed, takenAt, settings.staleAfterSeconds));
  return read.flatMap(({ weights }) => weights);
}

/** Everything that configuration declared when it was heard of last, however long ago. */
export function declaredIn(config: Config): Declared {
  const read = readAll(config, known);
  return {
    weights: read.flatMap(({ weights }) => weights),
    undecided: read.flatMap(({ undecided }) => undecided),
  };
}

type Objects = ObjectMap<ConfigObject>;

function readAll(config: Config, heard: (observed: Observed<Objects>) => Objects | undefined): readonly Declared[] {
  return READERS.flatMap(([key, kind, read]) => {
    const objects = heard(config[key] ?? { state: 'pending' });
    if (objects === undefined) return [];
    const before = weightsOfObjects.get(objects);
    if (before !== undefined) return before;
    const scope: RouteScope = { clusterDomain: CLUSTER_DOMAIN, delegate: (name) => objects.get(name) };
    const each = [...objects.values()].map((object) => declaredBy(object, kind, read(object, scope)));
    const all = { weights: each.flatMap((one) => one.weights), undecided: each.flatMap((one) => one.undecided) };
    weightsOfObjects.set(objects, all);
    return all;
  });
}

/**
 * One share for each route, destination and subset of an object. Routes of one name (mostly none) that disagree cannot be
 * told apart in any log, so nothing is said of them.
 */
function declaredBy(
  { namespace, name }: ConfigObject,
  kind: DeclaredWeight['object']['kind'],
  routes: readonly WeightedRoute[],
): Declared {
  const object = { kind, namespace, name };
  const weights: DeclaredWeight[] = [];
  const undecided: UndecidedRoute[] = [];
  for (const [route, same] of Map.groupBy(routes, (each) => each.name)) {
    const shares = same.map(sharesOf);
    const [first = new Map<string, number>()] = shares;
    if (shares.every((each) => agree(first, each))) {
      for (const [key, ratio] of first) {
        const [destination = '', subset = ''] = key.split(' ');
        weights.push({ object, route, destination, subset, ratio });
      }
    } else {
      const destinations = same.flatMap(({ targets }) => targets.map(({ destination }) => destination));
      undecided.push({ object, route, destinations: [...new Set(destinations)] });
    }
  }
  return { weights, undecided };
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
