import type { EpochSeconds } from './brand.ts';
import type { ClusterObjects } from './cluster.ts';
import type { Traffic } from './traffic.ts';

/** What had been counted at a moment, and what configuration said then. */
export interface TrafficMark {
  readonly at: EpochSeconds;
  readonly traffic: Traffic;
  readonly config: ClusterObjects['config'];
}

/** Oldest first. Counters only grow: what happened lately is what they have grown by since a mark. */
export type TrafficMarks = readonly TrafficMark[];

/** Marks lie at least this far apart. */
const APART_SECONDS = 20;
/** Up to this age each is kept, so that a minute can be looked back on at any time. */
const DENSE_SECONDS = 80;
/** Older ones: one in each span of this length. */
const SPARSE_SECONDS = 100;
/** The longest look back. */
export const LONGEST_SECONDS = 300;

/** Takes in what has been counted by now. At most ten marks are kept, whatever the traffic. */
export function advanceMarks(marks: TrafficMarks, next: TrafficMark): TrafficMarks {
  const newest = marks.at(-1);
  if (newest !== undefined && next.at - newest.at < APART_SECONDS) return next.at < newest.at ? [next] : marks;
  const ages = marks.map(({ at }) => next.at - at);
  const needed = ages.findLastIndex((age) => age >= LONGEST_SECONDS);
  const kept = marks.filter((mark, nth) => {
    if (nth <= needed) return nth === needed;
    const before = marks[nth - 1];
    const isFirst = before === undefined || spanOf(before) !== spanOf(mark);
    return (ages[nth] ?? 0) <= DENSE_SECONDS || isFirst;
  });
  return [...kept, next];
}

function spanOf({ at }: TrafficMark): number {
  return Math.floor(at / SPARSE_SECONDS);
}
