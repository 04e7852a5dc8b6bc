import type { RateLimit } from '../../../model/web-config.ts';

/** Lets `burst` through at once, and one more each interval. */
export interface TokenBucket {
  /** Takes a token if there is one. */
  take(): boolean;
  /** Whether it has filled up since: then it remembers nothing that a new one would not know. */
  isFull(): boolean;
}

/** @param monotonicMs a clock that never jumps */
export function createTokenBucket({ intervalMs, burst }: RateLimit, monotonicMs: () => number): TokenBucket {
  let tokens = burst;
  let countedAtMs = monotonicMs();
  const refill = (): void => {
    const nowMs = monotonicMs();
    tokens = Math.min(burst, tokens + (nowMs - countedAtMs) / intervalMs);
    countedAtMs = nowMs;
  };
  return {
    take: () => {
      refill();
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
    isFull: () => {
      refill();
      return tokens >= burst;
    },
  };
}
