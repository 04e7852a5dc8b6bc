import type { EpochSeconds } from './brand.ts';
import { current } from './current.ts';
import { type DenialCount, denialCounts } from './denial-count.ts';
import { known } from './observed.ts';
import type { MeshSnapshot } from './snapshot.ts';
import type { ProxyLogCount, RequestCount, Traffic } from './traffic.ts';
import type { TrafficMark } from './traffic-marks.ts';

/** What was counted since a moment. */
export interface RecentTraffic {
  readonly since: EpochSeconds;
  readonly seconds: number;
  readonly requests: readonly RequestCount[];
  readonly proxyLogs: readonly ProxyLogCount[];
  readonly denials: readonly DenialCount[];
}

/** Less than this is no time to judge by. */
const SHORTEST_SECONDS = 10;

/**
 * What was counted in the last so many seconds, or since the oldest mark where counting has not gone on for so long.
 * @param usable which marks may be counted from
 * Where no log is read here, what Prometheus was asked for.
 * @returns undefined without traffic, and where the time is too short
 */
export function recentTraffic(
  snapshot: MeshSnapshot,
  seconds: number,
  usable: (mark: Pick<TrafficMark, 'at'>) => boolean = () => true,
): RecentTraffic | undefined {
  const traffic = known(snapshot.traffic);
  if (traffic === undefined) return askedTraffic(snapshot, seconds, usable);
  const marks = (snapshot.trafficMarks ?? []).filter(usable);
  const age = ({ at }: TrafficMark): number => snapshot.takenAt - at;
  const mark = marks.findLast((each) => age(each) >= seconds) ?? marks.find((each) => age(each) >= SHORTEST_SECONDS);
  return mark === undefined ? undefined : { ...growth(mark.traffic, traffic), since: mark.at, seconds: age(mark) };
}

/** What was counted since each moment that is remembered, the latest first. */
export function lookBacks(snapshot: MeshSnapshot): readonly RecentTraffic[] {
  const { asked, takenAt, settings, trafficMarks = [] } = snapshot;
  const traffic = known(snapshot.traffic);
  if (traffic === undefined) {
    const answer = asked && current(asked, takenAt, settings.staleAfterSeconds);
    return (answer?.spans ?? []).toSorted((one, other) => one.seconds - other.seconds);
  }
  return trafficMarks
    .filter(({ at }) => takenAt - at >= SHORTEST_SECONDS)
    .toReversed()
    .map(({ at, traffic: before }) => ({ ...growth(before, traffic), since: at, seconds: takenAt - at }));
}

/** The span that lasts at least so long, else the longest there is. */
function askedTraffic(
  { asked, takenAt, settings }: MeshSnapshot,
  seconds: number,
  usable: (span: Pick<TrafficMark, 'at'>) => boolean,
): RecentTraffic | undefined {
  const answer = asked && current(asked, takenAt, settings.staleAfterSeconds);
  const spans = answer?.spans.filter(({ since }) => usable({ at: since })) ?? [];
  return spans.find((each) => each.seconds >= seconds) ?? spans.at(-1);
}

/** Whether anybody tells what was requested: logs read here, or Prometheus asked for what agents have counted. */
export function hasTraffic({ traffic, asked }: Pick<MeshSnapshot, 'traffic' | 'asked'>): boolean {
  return known(traffic) !== undefined || (asked !== undefined && known(asked) !== undefined);
}

type Growth = Pick<RecentTraffic, 'requests' | 'proxyLogs' | 'denials'>;
const growths = new WeakMap<Traffic, WeakMap<Traffic, Growth>>();

function growth(before: Traffic, after: Traffic): Growth {
  const since = growths.get(after) ?? new WeakMap<Traffic, Growth>();
  growths.set(after, since);
  const last = since.get(before);
  if (last !== undefined) return last;
  const requests = grown(before.requests, after.requests, ({ shape }) => shape);
  const made = {
    requests,
    denials: denialCounts(requests),
    proxyLogs: grown(before.proxyLogs, after.proxyLogs, logKey),
  };
  since.set(before, made);
  return made;
}

/** A shape is the same object for as long as it is counted. */
function grown<T extends { readonly count: number }>(
  before: readonly T[],
  after: readonly T[],
  keyOf: (one: T) => unknown,
): readonly T[] {
  const counts = new Map(before.map((one) => [keyOf(one), one.count]));
  return after.flatMap((one) => {
    const count = one.count - (counts.get(keyOf(one)) ?? 0);
    return count > 0 ? [{ ...one, count }] : [];
  });
}

function logKey({ proxyNamespace, workload, level }: ProxyLogCount): string {
  return `${proxyNamespace}/${workload}/${level}`;
}
