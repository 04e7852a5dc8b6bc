import type { RateLimit } from '../../../model/web-config.ts';
import { createClientRate } from './client-rate.ts';
import type { Check, Refusal } from './refusal.ts';
import { createTokenBucket, type TokenBucket } from './token-bucket.ts';

const TOO_MANY: Refusal = {
  status: 429,
  reason: 'rate_limited',
  error: 'too many requests; ask less often',
  headers: { 'Retry-After': '1' },
};

/** Holds each client address to so many requests a second, with bursts as of a page that is opened. */
export function clientRateCheck(perSecond: number, monotonicMs: () => number): Check {
  const rate = createClientRate({ intervalMs: 1000 / perSecond, burst: perSecond * 4 }, monotonicMs);
  return ({ socket }) => (rate.take(socket.remoteAddress) ? undefined : TOO_MANY);
}

/** Holds all clients together to the `rate_limit` of the web configuration, which may change. */
export function sharedRateCheck(limit: () => RateLimit | undefined, monotonicMs: () => number): Check {
  let used: { readonly limit: RateLimit; readonly bucket: TokenBucket } | undefined;
  return () => {
    const asked = limit();
    if (asked === undefined) return undefined;
    if (used === undefined || used.limit.burst !== asked.burst || used.limit.intervalMs !== asked.intervalMs) {
      used = { limit: asked, bucket: createTokenBucket(asked, monotonicMs) };
    }
    return used.bucket.take() ? undefined : TOO_MANY;
  };
}
