/** How much may be asked. */
export interface RationOptions {
  /** Starts in any minute, evenly spread over it. */
  readonly perMinute: number;
  /** At the same time. */
  readonly concurrency: number;
  /** 0..1, for the jitter of pauses. */
  readonly random: () => number;
}

/** How one that was started ended, as far as it matters to those who were asked. */
export type RationOutcome =
  | 'ok'
  /** They are in trouble, or turn us away. `retryAfterMs`: how long they ask us to stay away. */
  | { readonly retryAfterMs: number };

/** Says when the next one may start. Holds no timers and no clock: it is told what time it is. */
export interface Ration {
  admits(nowMs: number): boolean;
  /** One starts. @throws RangeError where none may */
  start(nowMs: number): void;
  end(nowMs: number, outcome: RationOutcome): void;
}

const MINUTE_MS = 60_000;
const PAUSE_MS = 10_000;
const LONGEST_PAUSE_MS = 600_000;
const MAX_DOUBLINGS = 10;

/**
 * So many a minute and at the same time, never more. While whoever is asked is in trouble, fewer: after each failure a
 * pause, twice as long each time up to ten minutes, and one at a time until one succeeds.
 */
export function createRation({ perMinute, concurrency, random }: RationOptions): Ration {
  // Whole milliseconds: so many parts of one each add up to less than a minute.
  const gapMs = Math.ceil(MINUTE_MS / perMinute);
  let running = 0;
  let failures = 0;
  let nextAtMs = Number.NEGATIVE_INFINITY;
  let pausedUntilMs = Number.NEGATIVE_INFINITY;
  const admits = (nowMs: number): boolean =>
    nowMs >= nextAtMs && nowMs >= pausedUntilMs && running < (failures === 0 ? concurrency : 1);
  return {
    admits,
    start(nowMs) {
      if (!admits(nowMs)) throw new RangeError('the ration is used up');
      running += 1;
      nextAtMs = nowMs + gapMs;
    },
    end(nowMs, outcome) {
      running -= 1;
      if (outcome === 'ok') {
        failures = 0;
        pausedUntilMs = Number.NEGATIVE_INFINITY;
        return;
      }
      const longest = Math.min(LONGEST_PAUSE_MS, PAUSE_MS * 2 ** failures);
      failures = Math.min(failures + 1, MAX_DOUBLINGS);
      const pauseMs = Math.max(outcome.retryAfterMs, longest / 2 + (longest / 2) * random());
      // One that was started before, and fails later, shortens no pause.
      pausedUntilMs = Math.max(pausedUntilMs, nowMs + pauseMs);
    },
  };
}
