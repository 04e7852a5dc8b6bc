import type { EpochSeconds } from '../model/brand.ts';
import type { MeshSnapshot } from '../model/snapshot.ts';
import type { SyncHistory } from '../model/sync-history.ts';

/** A proxy that stays rejected for days is worth no haste. */
const FAST_SECONDS = 120;

/**
 * Whether to look again soon: while something is unacknowledged or has just vanished, at most two minutes after the
 * last change. A proxy that is cut off may be STALE for only ten seconds.
 */
export function wantsFastPoll({ history }: MeshSnapshot, now: EpochSeconds): boolean {
  const { lastChangeAt } = history;
  return lastChangeAt !== undefined && now - lastChangeAt <= FAST_SECONDS && isAnyUnsettled(history);
}

function isAnyUnsettled({ proxies }: SyncHistory): boolean {
  for (const { suspectSince } of proxies.values()) if (suspectSince !== undefined) return true;
  return false;
}
