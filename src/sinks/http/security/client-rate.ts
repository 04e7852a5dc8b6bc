import type { RateLimit } from '../../../model/web-config.ts';
import { clientOf } from './client-of.ts';
import { createTokenBucket, type TokenBucket } from './token-bucket.ts';

/** A bucket for each client address, so that one that asks too much takes nothing from Prometheus. */
export interface ClientRate {
  /** False: this client has asked too much. */
  take(address: string | undefined): boolean;
}

/** More clients at once than this share one bucket: memory must not grow with addresses. */
const MAX_CLIENTS = 2000;
const OTHERS = '';

export function createClientRate(limit: RateLimit, monotonicMs: () => number): ClientRate {
  const buckets = new Map<string, TokenBucket>([[OTHERS, createTokenBucket(limit, monotonicMs)]]);
  const bucketOf = (client: string): TokenBucket | undefined => {
    const known = buckets.get(client);
    if (known !== undefined) return known;
    if (buckets.size > MAX_CLIENTS) forgetIdle(buckets);
    if (buckets.size > MAX_CLIENTS) return buckets.get(OTHERS);
    const made = createTokenBucket(limit, monotonicMs);
    buckets.set(client, made);
    return made;
  };
  return { take: (address) => bucketOf(clientOf(address))?.take() ?? false };
}

function forgetIdle(buckets: Map<string, TokenBucket>): void {
  for (const [client, bucket] of buckets) if (client !== OTHERS && bucket.isFull()) buckets.delete(client);
}
