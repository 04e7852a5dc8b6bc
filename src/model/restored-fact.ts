import type { EpochSeconds } from './brand.ts';
import type { XdsType } from './xds.ts';

/** What an earlier process knew of a proxy, told by its checkpoint or by Prometheus: out of sync since. */
export interface RestoredFact {
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
  readonly outOfSyncSince: EpochSeconds;
  /** First poll that did not list it, where the last one did not either; only a checkpoint tells. */
  readonly absentSince?: EpochSeconds;
  /** The types it had not acknowledged; only a checkpoint tells. The fact holds while one of them has the same `acked`. */
  readonly types?: Readonly<Partial<Record<XdsType, RestoredType>>>;
}

/** A type not acknowledged when the checkpoint was written. */
export interface RestoredType {
  readonly acked?: string;
  readonly unackedSince: EpochSeconds;
}
