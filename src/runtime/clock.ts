import { epochSecondsFromMs } from '../model/brand.ts';
import type { Clock } from '../sources/source.ts';

/** The machine's own time. */
export const systemClock: Clock = Object.freeze({
  now: () => epochSecondsFromMs(Date.now()),
  monotonicMs: () => performance.now(),
});
