import type { ClusterObjects } from '../../model/cluster.ts';
import type { DeclaredWeight } from '../../model/declared-weight.ts';
import { membersWith, valuesOf } from '../scope.ts';
import { declaredIn } from './declared-weights.ts';

/** How one route of an object divides requests; the weights add up to 1. */
export interface Split extends Pick<DeclaredWeight, 'object' | 'route'> {
  readonly weights: readonly DeclaredWeight[];
  readonly destinations: ReadonlySet<string>;
  /** Who gets how much, as one word: equal for equal splits. */
  readonly key: string;
}

type Config = ClusterObjects['config'];
const splitsOfConfig = new WeakMap<Config, ReadonlyMap<string, Split>>();

/** Every declared split by `kind/namespace/name/route`. */
export function splitsOf(config: Config): ReadonlyMap<string, Split> {
  const known = splitsOfConfig.get(config);
  if (known !== undefined) return known;
  const grouped = Map.groupBy(declaredIn(config).weights, nameOf);
  const splits = new Map([...grouped].flatMap(([name, weights]) => splitOf(name, weights)));
  splitsOfConfig.set(config, splits);
  return splits;
}

/** `kind/namespace/name/route`. */
export function nameOf({ object, route }: Pick<DeclaredWeight, 'object' | 'route'>): string {
  return `${object.kind}/${object.namespace}/${object.name}/${route}`;
}

function splitOf(name: string, weights: readonly DeclaredWeight[]): readonly (readonly [string, Split])[] {
  const [first] = weights;
  if (first === undefined) return [];
  const { object, route } = first;
  const key = weights.map(({ destination, subset, ratio }) => `${destination} ${subset} ${ratio}`).join(', ');
  const destinations = new Set(weights.map(({ destination }) => destination));
  return [[name, { object, route, weights, destinations, key }]];
}

/** Whether some requests are to go one way and some another. */
export function isDivided({ weights }: Split): boolean {
  return weights.some(({ ratio }) => ratio > 0 && ratio < 1);
}

/** Other splits for the same route and destination that divide otherwise: in a log nobody can tell whose a request is. */
export function rivalsOf(split: Split, splits: ReadonlyMap<string, Split>): readonly Split[] {
  return membersWith(valuesOf(splits), split.route, routeOf).filter(
    (other) => other !== split && other.key !== split.key && !other.destinations.isDisjointFrom(split.destinations),
  );
}

function routeOf({ route }: Split): string {
  return route;
}
