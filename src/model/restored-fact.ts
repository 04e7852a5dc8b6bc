import type { EpochSeconds } from './brand.ts';

/** What an earlier process knew of a proxy, told by its checkpoint or by Prometheus: out of sync since. */
export interface RestoredFact {
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
  readonly outOfSyncSince: EpochSeconds;
}
