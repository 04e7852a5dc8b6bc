import type { Clock } from '../../source.ts';
import type { LeaseRecord, StoredLease } from './lease.ts';

/** What one replica has seen of the Lease, and when by its own clock: moments that another clock wrote tell nothing. */
export interface LeaseSight {
  /** As last seen. */
  last(): StoredLease | undefined;
  /** The same, as long as nobody is known to have written since: it may be written over without reading it first. */
  current(): StoredLease | undefined;
  see(lease: StoredLease): void;
  /** It may have been written since: by others, or by us without our hearing of it. */
  doubt(): void;
  /** How long until another's hold runs out; 0 where the Lease may be taken now. */
  freeInMs(): number;
}

/** @param durationMs how long a Lease is good that does not say it */
export function createLeaseSight(identity: string, durationMs: number, clock: Pick<Clock, 'monotonicMs'>): LeaseSight {
  let seen: StoredLease | undefined;
  /** Since when it has said the same. */
  let sinceMs = 0;
  let isCurrent = false;
  return {
    last: () => seen,
    current: () => (isCurrent ? seen : undefined),
    see(lease) {
      if (seen === undefined || !isSame(seen.record, lease.record)) sinceMs = clock.monotonicMs();
      seen = lease;
      isCurrent = true;
    },
    doubt() {
      isCurrent = false;
    },
    freeInMs() {
      if (seen === undefined || seen.record.holder === '' || seen.record.holder === identity) return 0;
      const { durationSeconds } = seen.record;
      const promisedMs = durationSeconds === undefined ? durationMs : durationSeconds * 1000;
      return Math.max(0, sinceMs + promisedMs - clock.monotonicMs());
    },
  };
}

const KEYS = ['holder', 'durationSeconds', 'acquireTime', 'renewTime', 'transitions'] as const;

function isSame(one: LeaseRecord, other: LeaseRecord): boolean {
  return KEYS.every((key) => one[key] === other[key]);
}
