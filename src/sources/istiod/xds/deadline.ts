/** The end of one exchange, the same for each step of it. */
export interface Deadline {
  /** What it was given in all, for the words of a failure. */
  readonly wholeMs: number;
  /** At least 1: what has no time left fails as what takes too long does. */
  leftMs(): number;
}

/** A deadline so many milliseconds from now. */
export function deadlineIn(wholeMs: number): Deadline {
  const endsAtMs = performance.now() + wholeMs;
  return { wholeMs, leftMs: () => Math.max(1, Math.ceil(endsAtMs - performance.now())) };
}
