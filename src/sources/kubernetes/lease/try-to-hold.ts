import type { SourceLog } from '../../source.ts';
import { type Sleep, withDeadline } from '../../with-deadline.ts';
import type { Candidate } from './candidate.ts';

export interface TryOptions {
  readonly candidate: Candidate;
  readonly sleep: Sleep;
  readonly log: SourceLog;
}

const WHAT = 'reading and writing the Lease';

/** One try to hold the Lease. What goes wrong is told, once and not every two seconds, and is a try in vain. */
export function createTry({
  candidate,
  sleep,
  log,
}: TryOptions): (limitMs: number, signal: AbortSignal) => Promise<boolean> {
  let isInTrouble = false;
  const went = (wrong: boolean): void => {
    if (isInTrouble && !wrong) log.info({}, 'the Lease can be read and written again');
    isInTrouble = wrong;
  };
  const tell = (err: unknown): void => {
    if (isInTrouble) log.debug({ err }, 'the Lease still cannot be read or written');
    else log.warn({ err }, 'the Lease cannot be read or written');
  };
  return async (limitMs: number, signal: AbortSignal): Promise<boolean> => {
    try {
      const held = await withDeadline({ what: WHAT, afterMs: limitMs, signal, sleep }, candidate.tryToHold);
      went(false);
      return held;
    } catch (err) {
      if (signal.aborted) return false;
      tell(err);
      went(true);
      return false;
    }
  };
}
