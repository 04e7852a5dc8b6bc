import type { EpochSeconds } from '../model/brand.ts';
import type { RestoredFact } from '../model/restored-fact.ts';
import type { ProxyHistory, SinceOrigin, StateChange } from '../model/sync-history.ts';
import type { XdsType } from '../model/xds.ts';
import { type ChangeCounter, withChanges } from './sync-history-changes.ts';

/** A proxy's history while it is being rewritten. */
export type Draft = { -readonly [K in keyof ProxyHistory]: ProxyHistory[K] };

/** What all proxies share while one poll is taken in. */
export interface Advance {
  readonly now: EpochSeconds;
  /** When the poll before this one was taken in. */
  readonly previousAt: EpochSeconds | undefined;
  /** When this process took in its first poll. */
  readonly firstAt: EpochSeconds;
  /** What an earlier process knew; facts that are settled are taken out. */
  readonly restored: Map<string, RestoredFact>;
  readonly counter: ChangeCounter;
  /** A change of this poll. */
  readonly change: (change: Omit<StateChange, 'at'>) => StateChange;
  /** Says that some proxy's standing changed. */
  changed(): void;
}

/** Two looks nearer than this may both fall into one push. */
const CONFIRM_SECONDS = 3;

/**
 * What an earlier process had confirmed holds from the first look on: were it forgotten for one scrape, a restart would
 * look like recovery. For a proxy whose pushes cannot be compared with those of then.
 */
export function recallOutOfSync(draft: Draft, { restored, now }: Advance): void {
  const fact = restored.get(draft.key);
  if (fact === undefined || fact.outOfSyncSince > (draft.suspectSince ?? now)) return;
  draft.outOfSync ??= { since: fact.outOfSyncSince, origin: 'restored' };
}

/** The same for one that has not acknowledged something now, which settles whether the fact holds. */
export function settleRestored(draft: Draft, advance: Advance): void {
  const fact = advance.restored.get(draft.key);
  if (fact === undefined) return;
  if (stillHolds(fact, draft)) recallOutOfSync(draft, advance);
  else if (draft.outOfSync?.origin === 'restored') delete draft.outOfSync;
  advance.restored.delete(draft.key);
}

/**
 * Calls the proxy out of sync once two polls, some seconds apart, agree; back-dated to the first of them.
 * @param beganAt when what we look at came to be (its connection or container), where known
 */
export function confirmOutOfSync(draft: Draft, advance: Advance, beganAt: EpochSeconds | undefined): void {
  const { suspectSince } = draft;
  if (draft.outOfSync !== undefined || suspectSince === undefined) return;
  if (advance.now - suspectSince < CONFIRM_SECONDS) return;
  draft.outOfSync = { since: suspectSince, origin: originOf(draft, advance.firstAt, beganAt) };
}

/** Whether none of what the proxy had not acknowledged then has been acknowledged since. Prometheus does not tell. */
function stillHolds({ types }: RestoredFact, draft: Draft): boolean {
  if (types === undefined) return true;
  for (const [type, restored] of Object.entries(types) as [XdsType, { readonly acked?: string }][]) {
    const now = draft.types[type];
    if (now?.suspectSince !== undefined && now.acked === restored.acked) return true;
  }
  return false;
}

/** Seen to begin, or already there when we first looked. */
function originOf(draft: Draft, firstAt: EpochSeconds, beganAt: EpochSeconds | undefined): SinceOrigin {
  if (draft.seenSynced === true) return 'observed';
  return beganAt !== undefined && beganAt > firstAt ? 'observed' : 'first_seen';
}

/** Adds to the proxy's changes. */
export function note(draft: Draft, advance: Advance, changes: readonly StateChange[]): void {
  if (changes.length === 0) return;
  draft.changes = withChanges(draft.changes, changes);
  advance.changed();
}
