import type { AnalysisFinding } from '../../model/analysis.ts';
import type { EpochSeconds } from '../../model/brand.ts';
import { current } from '../../model/current.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import { ANALYZERS } from './analyzers.ts';
import type { Need } from './needs.ts';
import { observedFor } from './world.ts';

/** What analysis rests on that cannot be read now, and was known before. */
export interface UnreadSince {
  /** The oldest of what is told. */
  readonly at: EpochSeconds;
  /** Codes that rest on objects last heard of too long ago to count; empty where all are young enough. */
  readonly outdated: ReadonlySet<string>;
  /** Why, in the words of one list. */
  readonly why: string;
}

const NEEDS: ReadonlySet<Need> = new Set(ANALYZERS.flatMap(({ needs }) => needs));

/** @returns undefined where everything that is known is current */
export function unreadSince({ cluster, takenAt, settings }: MeshSnapshot): UnreadSince | undefined {
  let [at, why]: [EpochSeconds, string] = [takenAt, ''];
  let isAny = false;
  const gone = new Set<Need>();
  for (const need of NEEDS) {
    const observed = observedFor(cluster, need);
    if (observed?.state !== 'stale') continue;
    if (!isAny || observed.at < at) [at, why] = [observed.at, observed.error.detail];
    isAny = true;
    if (current(observed, takenAt, settings.staleAfterSeconds) === undefined) gone.add(need);
  }
  return isAny ? { at, why, outdated: codesOn(gone) } : undefined;
}

function codesOn(gone: ReadonlySet<Need>): ReadonlySet<string> {
  const resting = ANALYZERS.filter(({ needs }) => needs.some((need) => gone.has(need)));
  return new Set(resting.flatMap(({ codes }) => codes));
}

export function isOutdated({ code }: AnalysisFinding, unread: UnreadSince | undefined): boolean {
  return unread?.outdated.has(code) ?? false;
}
