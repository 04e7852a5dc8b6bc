import type { EpochSeconds } from '../model/brand.ts';
import type { TypeSync } from '../model/proxy.ts';
import type { TypeHistory } from '../model/sync-history.ts';

/** One look at one type of one proxy. */
export interface TypeLook {
  readonly before: TypeHistory | undefined;
  readonly sync: TypeSync;
  /** Same connection as at the last look: only then does an equal `acked` mean that nothing was acknowledged. */
  readonly sameConnection: boolean;
  readonly now: EpochSeconds;
}

export function isUnacked(state: TypeHistory['state']): boolean {
  return state === 'STALE' || state === 'ERROR';
}

/** What one more look teaches about a type; the same object where that is nothing. */
export function advanceType(look: TypeLook): TypeHistory {
  const { before, sync } = look;
  const { state, acked } = sync;
  // Fields that are added later take an object of their own, and there are 40,000 of these.
  const next: { -readonly [K in keyof TypeHistory]: TypeHistory[K] } =
    acked === undefined ? { state } : { state, acked };
  if (isUnacked(state)) {
    next.unackedSince = firstUnacked(look);
    next.suspectSince = isStuck(look) ? (before?.suspectSince ?? look.now) : look.now;
  }
  return before !== undefined && areEqual(before, next) ? before : next;
}

function areEqual(one: TypeHistory, other: TypeHistory): boolean {
  return (
    one.state === other.state &&
    one.acked === other.acked &&
    one.unackedSince === other.unackedSince &&
    one.suspectSince === other.suspectSince
  );
}

/** Not acknowledged at both looks, and nothing acknowledged between them: a new connection begins without. */
function isStuck({ before, sync, sameConnection }: TypeLook): boolean {
  if (before === undefined || !isUnacked(before.state)) return false;
  return before.acked === sync.acked || (!sameConnection && sync.acked === undefined);
}

/**
 * When the first push after the last acknowledged one was sent. istiod tells only of the last push, so what was already
 * waiting at the last look keeps its time; a new connection does not acknowledge it either.
 */
function firstUnacked({ before, sync, sameConnection, now }: TypeLook): EpochSeconds {
  const waiting = before?.unackedSince;
  if (waiting !== undefined && (!sameConnection || before?.acked === sync.acked)) return waiting;
  // istiod's clock may run ahead of ours.
  return sync.sentAt !== undefined && sync.sentAt < now ? sync.sentAt : now;
}
