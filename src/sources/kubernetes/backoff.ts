export interface Backoff {
  /** Milliseconds to wait before the next try, longer each time; at least what the server asked for. */
  next(retryAfterMs?: number): number;
  /** The server is well again: begin anew. */
  reset(): void;
}

export interface BackoffOptions {
  readonly baseMs: number;
  readonly capMs: number;
  /** 0 up to 1; tests put their own in. */
  readonly random: () => number;
}

/** Doubling pauses with jitter over the upper half, so that thirty informers do not return in one instant. */
export function createBackoff({ baseMs, capMs, random }: BackoffOptions): Backoff {
  let failures = 0;
  return {
    next(retryAfterMs = 0) {
      const longest = Math.min(capMs, baseMs * 2 ** failures);
      failures = Math.min(failures + 1, 30);
      return Math.max(retryAfterMs, longest / 2 + (longest / 2) * random());
    },
    reset() {
      failures = 0;
    },
  };
}
