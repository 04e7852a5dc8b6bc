import type { SourceLog } from '../../source.ts';
import type { Candidate } from './candidate.ts';
import { type Sleep, within } from './within.ts';

export interface TryOptions {
  readonly candidate: Candidate;
  readonly sleep: Sleep;
  readonly log: SourceLog;
}

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
      const held = await within(limitMs, (cut) => candidate.tryToHold(cut), { sleep, signal });
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
