import type { EpochSeconds } from './brand.ts';
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
}

/** Less than this is no time to judge by. */
const SHORTEST_SECONDS = 10;

/**
 * What was counted in the last so many seconds, or since the oldest mark where counting has not gone on for so long.
 * @param usable which marks may be counted from
 * @returns undefined without traffic, and where the time is too short
 */
export function recentTraffic(
  snapshot: MeshSnapshot,
  seconds: number,
  usable: (mark: TrafficMark) => boolean = () => true,
): RecentTraffic | undefined {
  const traffic = known(snapshot.traffic);
  if (traffic === undefined) return undefined;
  const marks = (snapshot.trafficMarks ?? []).filter(usable);
  const age = ({ at }: TrafficMark): number => snapshot.takenAt - at;
  const mark = marks.findLast((each) => age(each) >= seconds) ?? marks.find((each) => age(each) >= SHORTEST_SECONDS);
  return mark === undefined ? undefined : { ...growth(mark.traffic, traffic), since: mark.at, seconds: age(mark) };
}

type Growth = Pick<RecentTraffic, 'requests' | 'proxyLogs'>;
const told = new WeakMap<Traffic, WeakMap<Traffic, Growth>>();

function growth(before: Traffic, after: Traffic): Growth {
  const since = told.get(after) ?? new WeakMap<Traffic, Growth>();
  told.set(after, since);
  const last = since.get(before);
  if (last !== undefined) return last;
  const made = {
    requests: grown(before.requests, after.requests, ({ shape }) => shape),
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
