import type { EpochSeconds } from '../../model/brand.ts';
import type { FailedInspection, Inspections, ProxyInspection } from '../../model/inspection.ts';
import type { Attempt } from './pick.ts';
import type { Targets } from './targets.ts';

/** What looks have told so far. */
export interface InspectionMemory {
  readonly attempts: ReadonlyMap<string, Attempt>;
  /** A look begins: it counts as one from now on. */
  begun(key: string, atMs: number): void;
  /** A look that failed. What an earlier one told stands. */
  failed(key: string, failure: FailedInspection, atMs: number): void;
  settled(key: string, look: ProxyInspection, attempt: Omit<Attempt, 'failures'>): void;
  /** Forgets proxies that are gone or were started anew. @returns whether there were any */
  forget(targets: Targets): boolean;
  /** A new value each time. */
  inspections(now: EpochSeconds): Inspections;
}

/**
 * Hosts of clusters are most of what is kept of a look, some megabytes in a large mesh, and health does not keep: of looks
 * longer ago they are dropped.
 */
const KEEP_HOSTS_SECONDS = 900;

export function createInspectionMemory(): InspectionMemory {
  const attempts = new Map<string, Attempt>();
  const proxies = new Map<string, ProxyInspection>();
  const failures = new Map<string, FailedInspection>();
  const forget = (key: string): void => {
    for (const each of [attempts, proxies, failures]) each.delete(key);
  };
  return {
    attempts,
    begun(key, atMs) {
      const { failures: before = 0, isDoubtful = false } = attempts.get(key) ?? {};
      attempts.set(key, { atMs, failures: before, isDoubtful });
    },
    failed(key, failure, atMs) {
      failures.set(key, failure);
      attempts.set(key, { atMs, failures: (attempts.get(key)?.failures ?? 0) + 1, isDoubtful: false });
    },
    settled(key, look, attempt) {
      failures.delete(key);
      proxies.set(key, look);
      attempts.set(key, { ...attempt, failures: 0 });
    },
    forget({ byKey }) {
      const gone = [...attempts.keys()].filter((key) => {
        const target = byKey.get(key);
        const at = proxies.get(key)?.at ?? failures.get(key)?.at ?? Number.POSITIVE_INFINITY;
        return target === undefined || target.startedAt > at;
      });
      for (const key of gone) forget(key);
      return gone.length > 0;
    },
    inspections(now) {
      for (const [key, look] of proxies) {
        if (look.hosts === undefined || now - look.at <= KEEP_HOSTS_SECONDS) continue;
        const { hosts: _dropped, ...kept } = look;
        proxies.set(key, kept);
      }
      return { proxies: new Map(proxies), failed: new Map(failures) };
    },
  };
}
