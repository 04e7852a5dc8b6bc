import type { EpochSeconds } from '../../../model/brand.ts';
import { KubeApiError, type RawObject } from '../kube-api.ts';
import { count, record, text } from '../objects/fields.ts';

/** What a Lease says of who leads (Kubernetes, coordination.k8s.io/v1, LeaseSpec). */
export interface LeaseRecord {
  /** `''`: nobody. */
  readonly holder: string;
  /** So long after the last renewal nobody else may take it; undefined where the writer did not say. */
  readonly durationSeconds: number | undefined;
  /** MicroTimes of the holder's clock, which is not ours: compared, never reckoned with. */
  readonly acquireTime: string | undefined;
  readonly renewTime: string | undefined;
  /** How often it changed hands. */
  readonly transitions: number;
}

/** A Lease as the API server has it. */
export interface StoredLease {
  readonly record: LeaseRecord;
  /** The whole object: what others wrote beside the record stays when it is replaced. */
  readonly object: RawObject;
}

/** A Lease in the API, as far as an election needs it. */
export interface LeaseClient {
  /** Undefined: there is none yet. @throws KubeApiError */
  read(signal: AbortSignal): Promise<StoredLease | undefined>;
  /** @throws KubeApiError of status 409 when somebody else was faster */
  create(record: LeaseRecord, signal: AbortSignal): Promise<StoredLease>;
  /** Writes over that version and no other. @throws KubeApiError of status 409 when it has changed since */
  replace(stored: StoredLease, record: LeaseRecord, signal: AbortSignal): Promise<StoredLease>;
}

/** @throws KubeApiError when it is no Lease that could be replaced */
export function readLease(object: RawObject): StoredLease {
  if (!text(record(object['metadata'])?.['resourceVersion'])) {
    throw new KubeApiError({ code: 'invalid', detail: 'the Lease has no resourceVersion' });
  }
  const spec = record(object['spec']) ?? {};
  return {
    object,
    record: {
      holder: text(spec['holderIdentity']) ?? '',
      durationSeconds: count(spec['leaseDurationSeconds']),
      acquireTime: text(spec['acquireTime']),
      renewTime: text(spec['renewTime']),
      transitions: count(spec['leaseTransitions']) ?? 0,
    },
  };
}

/** The spec that says this, in place of what an older one said. */
export function specOf(says: LeaseRecord, before?: unknown): object {
  const { holder, durationSeconds, acquireTime, renewTime, transitions } = says;
  return {
    ...record(before),
    holderIdentity: holder,
    leaseDurationSeconds: durationSeconds,
    acquireTime,
    renewTime,
    leaseTransitions: transitions,
  };
}

/** As Kubernetes writes moments of a Lease: six digits of a second, no more, no less, or it refuses the object. */
export function microTime(at: EpochSeconds): string {
  return new Date(Math.round(at * 1000)).toISOString().replace(/\.(\d{3})Z$/, '.$1000Z');
}
