import { recentTraffic } from '../../../model/recent-traffic.ts';
import { isFailure } from '../../../model/response-flag.ts';
import type { MeshSnapshot } from '../../../model/snapshot.ts';
import { compareText } from '../../../model/text-order.ts';
import type { RequestCount, RequestShape } from '../../../model/traffic.ts';
import { splitsOf } from '../../../rungs/routes/splits.ts';
import { type PairVerdict, pairVerdicts } from './pair-verdict.ts';

/** Who called whom lately, as the callers' proxies logged it. */
export interface TrafficPairs {
  /** How far back was looked; null: no requests are known, or not for long enough. */
  readonly seconds: number | null;
  readonly matching: number;
  /** Worst first; at most `MAX_PAIRS`. */
  readonly pairs: readonly TrafficPair[];
}

export interface TrafficPair extends PairVerdict {
  readonly namespace: string;
  readonly workload: string;
  readonly destination: string;
  readonly requests: number;
  /** Of them, with a flag that says that something went wrong. */
  readonly failed: number;
  readonly flags: readonly Counted[];
  readonly codes: readonly Counted[];
  readonly subsets: readonly (Counted & { readonly route: string })[];
  /** What configuration declares for the destination. */
  readonly declared: readonly Declared[];
}

export interface Counted {
  readonly name: string;
  readonly count: number;
}

export interface Declared {
  /** `kind/namespace/name` */
  readonly object: string;
  readonly route: string;
  readonly destination: string;
  readonly subset: string;
  readonly ratio: number;
}

export const MAX_PAIRS = 100;
const LOOK_BACK_SECONDS = 300;

/** @param query `text namespace`, either end's; or for one pair `namespace workload destination`, the caller's */
export function trafficPairs(snapshot: MeshSnapshot, query: URLSearchParams): TrafficPairs {
  const recent = recentTraffic(snapshot, LOOK_BACK_SECONDS);
  if (recent === undefined) return { seconds: null, matching: 0, pairs: [] };
  const outbound = recent.requests.filter(({ shape }) => shape.direction === 'outbound');
  const grouped = Map.groupBy(outbound.filter(filterOf(query)), pairKey);
  const verdictOf = pairVerdicts(snapshot);
  const found = [...grouped.values()]
    .flatMap(pairOf)
    .map((pair) => ({ ...pair, ...verdictOf(pair) }))
    .sort(worstFirst);
  const shown = found.slice(0, MAX_PAIRS).map((pair) => ({ ...pair, declared: declaredFor(pair, snapshot) }));
  return { seconds: recent.seconds, matching: found.length, pairs: shown };
}

/** Of all callers; undefined: no requests are known, or not for long enough. */
export function trafficTotals(
  snapshot: MeshSnapshot,
): { readonly seconds: number; readonly requests: number; readonly failed: number } | undefined {
  const recent = recentTraffic(snapshot, LOOK_BACK_SECONDS);
  if (recent === undefined) return undefined;
  const outbound = recent.requests.filter(({ shape }) => shape.direction === 'outbound');
  return { seconds: recent.seconds, requests: sumOf(outbound), failed: sumOf(outbound.filter(hasFailed)) };
}

function hasFailed({ shape }: RequestCount): boolean {
  return shape.flags.some(isFailure);
}

function filterOf(query: URLSearchParams): (one: RequestCount) => boolean {
  const words = (query.get('text') ?? '').toLowerCase().split(/\s+/);
  const [namespace, workload, destination] = ['namespace', 'workload', 'destination'].map(
    (name) => query.get(name) || undefined,
  );
  return ({ shape }) => {
    const text = `${shape.workload}.${shape.proxyNamespace} ${shape.destination}`.toLowerCase();
    return (
      isIn(namespace, shape, workload !== undefined) &&
      (workload ?? shape.workload) === shape.workload &&
      (destination ?? shape.destination) === shape.destination &&
      words.every((word) => text.includes(word))
    );
  };
}

/** Of one pair it is the caller's namespace; in the list, also that of the service that is called. */
function isIn(namespace: string | undefined, { proxyNamespace, destination }: RequestShape, isPair: boolean): boolean {
  if (namespace === undefined || namespace === proxyNamespace) return true;
  const [, home, svc] = destination.split('.');
  return !isPair && svc === 'svc' && home === namespace;
}

function pairKey({ shape }: RequestCount): string {
  return `${shape.proxyNamespace}/${shape.workload} ${shape.destination}`;
}

type Undeclared = Omit<TrafficPair, 'declared'>;
type Unjudged = Omit<Undeclared, keyof PairVerdict>;

function pairOf(counts: readonly RequestCount[]): readonly Unjudged[] {
  const [first] = counts;
  if (first === undefined) return [];
  const { proxyNamespace: namespace, workload, destination } = first.shape;
  return [
    {
      namespace,
      workload,
      destination,
      requests: sumOf(counts),
      failed: sumOf(counts.filter(hasFailed)),
      flags: countedBy(counts, ({ shape }) => shape.flags),
      codes: countedBy(counts, ({ shape }) => [shape.responseCode === 0 ? 'none' : String(shape.responseCode)]),
      subsets: subsetsOf(counts),
    },
  ];
}

function subsetsOf(counts: readonly RequestCount[]): TrafficPair['subsets'] {
  return [...Map.groupBy(counts, ({ shape }) => shape.route)].flatMap(([route, own]) =>
    countedBy(own, ({ shape }) => [shape.subset]).map((counted) => ({ ...counted, route })),
  );
}

function countedBy(
  counts: readonly RequestCount[],
  namesOf: (one: RequestCount) => readonly string[],
): readonly Counted[] {
  const sums = new Map<string, number>();
  for (const one of counts) for (const name of namesOf(one)) sums.set(name, (sums.get(name) ?? 0) + one.count);
  const counted = [...sums].map(([name, count]) => ({ name, count }));
  return counted.sort((one, other) => other.count - one.count || compareText(one.name, other.name));
}

function sumOf(counts: readonly RequestCount[]): number {
  return counts.reduce((sum, { count }) => sum + count, 0);
}

function worstFirst(one: Undeclared, other: Undeclared): number {
  return (
    one.rank - other.rank ||
    other.failed - one.failed ||
    other.requests - one.requests ||
    compareText(one.namespace, other.namespace) ||
    compareText(one.workload, other.workload) ||
    compareText(one.destination, other.destination)
  );
}

function declaredFor({ destination }: Undeclared, { cluster }: MeshSnapshot): readonly Declared[] {
  return [...splitsOf(cluster.config).values()]
    .filter(({ destinations }) => destinations.has(destination))
    .flatMap(({ weights }) =>
      weights.map(({ object, route, destination: to, subset, ratio }) => ({
        object: `${object.kind}/${object.namespace}/${object.name}`,
        route,
        destination: to,
        subset,
        ratio,
      })),
    );
}
