import type { DeclaredWeight } from '../../model/declared-weight.ts';
import { known } from '../../model/observed.ts';
import type { ProxyRow } from '../../model/proxy-row.ts';
import { proxyTable } from '../../model/proxy-table.ts';
import { type RecentTraffic, recentTraffic } from '../../model/recent-traffic.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import type { RequestCount } from '../../model/traffic.ts';
import { workloadOfPodName } from '../../model/workload-name.ts';
import { membersWith } from '../scope.ts';
import { judgeShare, type ShareVerdict } from './share-test.ts';
import { nameOf, type Split, splitsOf } from './splits.ts';

/** How requests of one route were divided lately. */
export interface ObservedSplit {
  readonly total: number;
  /** How far back was looked. */
  readonly seconds: number;
  readonly shares: readonly { readonly weight: DeclaredWeight; readonly hits: number; readonly judged: ShareVerdict }[];
  /** `namespace/workload` of those that sent the requests. */
  readonly callers: ReadonlySet<string>;
  /** The worst verdict of the shares. */
  readonly verdict: ShareVerdict['verdict'];
}

/** The shortest look back that says something is the one that counts: what was wrong and is mended soon looks so. */
const LOOKS_BACK: readonly number[] = [60, 300];

/** @returns undefined where nothing has been counted for long enough since the split was declared */
export function observeSplit(split: Split, snapshot: MeshSnapshot): ObservedSplit | undefined {
  let last: ObservedSplit | undefined;
  const from = countedFrom(split, snapshot);
  for (const seconds of LOOKS_BACK) {
    const recent = recentTraffic(snapshot, seconds, ({ at }) => at > from);
    if (recent === undefined) return last;
    last = observe(split, recent);
    if (last.verdict !== 'too_few') return last;
  }
  return last;
}

/** What was counted before this moment is no sign of how the split works. */
export function countedFrom(split: Split, snapshot: MeshSnapshot): number {
  return Math.max(declaredAfter(split, snapshot), settledAt(split, snapshot));
}

/** The last moment at which configuration is known to have said something else. */
function declaredAfter(split: Split, { traffic, trafficMarks = [] }: MeshSnapshot): number {
  const name = nameOf(split);
  const other = trafficMarks.findLast(({ config }) => splitsOf(config).get(name)?.key !== split.key);
  if (other !== undefined) return other.at;
  // Prometheus tells of the time before we looked at configuration.
  return known(traffic) === undefined ? (trafficMarks[0]?.at ?? Number.POSITIVE_INFINITY) : Number.NEGATIVE_INFINITY;
}

/** When the last of its callers came to hold what istiod sends: what it did before is no sign of how things are. */
function settledAt(split: Split, snapshot: MeshSnapshot): number {
  const recent = recentTraffic(snapshot, Math.max(...LOOKS_BACK));
  const callers = recent === undefined ? new Set<string>() : countsOf(split, recent.requests).callers;
  return Math.max(Number.NEGATIVE_INFINITY, ...callerRows(callers, snapshot).map(recoveredAt));
}

/** Shorter than this, a proxy was not behind: a push was under way. */
const PUSH_SECONDS = 10;

function recoveredAt({ changes }: ProxyRow): number {
  const at = changes.findLastIndex(({ from, to, at: end }, nth) => {
    if (to !== 'SYNCED') return false;
    return from === 'MISSING' || from === 'ABSENT' || end - (changes[nth - 1]?.at ?? end) >= PUSH_SECONDS;
  });
  return changes[at]?.at ?? Number.NEGATIVE_INFINITY;
}

/** The proxies of these workloads. @param callers `namespace/workload`, as logs tell them */
export function callerRows(callers: ReadonlySet<string>, snapshot: MeshSnapshot): readonly ProxyRow[] {
  return [...callers].flatMap((caller) => membersWith(proxyTable(snapshot), caller, callerOf));
}

function callerOf({ namespace, name }: ProxyRow): string {
  return `${namespace}/${workloadOfPodName(name)}`;
}

function observe(split: Split, { requests, seconds }: RecentTraffic): ObservedSplit {
  const { bySubset, callers, total } = countsOf(split, requests);
  const shares = split.weights.map((weight) => {
    const hits = bySubset.get(`${weight.destination} ${weight.subset}`) ?? 0;
    return { weight, hits, judged: judgeShare({ declared: weight.ratio, hits, total }) };
  });
  const verdicts = new Set(shares.map(({ judged }) => judged.verdict));
  const verdict = verdicts.has('off') ? 'off' : verdicts.has('too_few') ? 'too_few' : 'ok';
  return { total, seconds, shares, callers, verdict };
}

interface SplitCounts {
  readonly bySubset: ReadonlyMap<string, number>;
  readonly callers: ReadonlySet<string>;
  readonly total: number;
}

function countsOf({ route, destinations }: Split, requests: readonly RequestCount[]): SplitCounts {
  const bySubset = new Map<string, number>();
  const callers = new Set<string>();
  let total = 0;
  for (const destination of destinations) {
    for (const { shape, count } of membersWith(requests, destination, destinationOf)) {
      // Connections of TCP bear no route's name either.
      const isTcp = route === '' && shape.responseCode === 0;
      if (shape.direction !== 'outbound' || shape.route !== route || isTcp) continue;
      const key = `${destination} ${shape.subset}`;
      bySubset.set(key, (bySubset.get(key) ?? 0) + count);
      callers.add(`${shape.proxyNamespace}/${shape.workload}`);
      total += count;
    }
  }
  return { bySubset, callers, total };
}

/** By which requests are grouped. */
export function destinationOf({ shape }: RequestCount): string {
  return shape.destination;
}
