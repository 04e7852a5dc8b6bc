import { lookBacks, type RecentTraffic } from '../model/recent-traffic.ts';
import type { MeshSnapshot } from '../model/snapshot.ts';
import { span } from './wording.ts';

/** For how long something has not happened, and how often it could have. */
export interface Quiet {
  readonly seconds: number;
  readonly occasions: number;
}

/** Shorter than this, nobody says that something is over: requests come in bursts. */
const LEAST_SECONDS = 60;
/** What is over may look so by chance in one of a hundred cases. */
const DOUBT = 0.01;

/** What happens again and again, and how to count it. */
export interface Recurrence {
  /** How often it happened. */
  happened(recent: RecentTraffic): number;
  /** How often it could have: as requests, of which these failed. */
  occasions(recent: RecentTraffic): number;
}

/** The longest time up to now in which it has not happened; undefined where that is less than a minute. */
export function quietFor(snapshot: MeshSnapshot, { happened, occasions }: Recurrence): Quiet | undefined {
  let quiet: Quiet | undefined;
  for (const recent of lookBacks(snapshot)) {
    if (happened(recent) > 0) break;
    quiet = { seconds: recent.seconds, occasions: occasions(recent) };
  }
  return quiet !== undefined && quiet.seconds >= LEAST_SECONDS ? quiet : undefined;
}

/**
 * Whether it has stopped: if it still happened as often as over the whole time, so long a row of occasions without it would
 * be chance in less than one of a hundred cases. Where nobody gave it an occasion, nobody can tell.
 * @param before how often it happened in how many occasions, the quiet time among them
 */
export function hasStopped(
  quiet: Quiet | undefined,
  before: { readonly count: number; readonly total: number },
): boolean {
  if (quiet === undefined || quiet.occasions === 0) return false;
  const share = Math.min(1, before.count / Math.max(1, before.total));
  return (1 - share) ** quiet.occasions <= DOUBT;
}

/** `none in the last 2 min`. */
export function quietText({ seconds }: Quiet): string {
  return `none in the last ${span(seconds)}`;
}
