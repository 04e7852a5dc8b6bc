import type { PodAsked } from '../exporter/ladder.ts';
import { podName, WORKLOADS, type WorkloadName } from '../mesh/workloads.ts';
import type { TimedDeed } from './deed.ts';
import type { Expectation } from './expectation.ts';

/** Something that happens, and what the exporter must say of it. One line of the narration. */
export interface Beat {
  /** Seconds of the recording. */
  readonly at: number;
  /** What happened, for the one who watches. */
  readonly says: string;
  /** What the exporter says of it when all that is expected holds. */
  readonly seen: string;
  /** Deeds at `at` or before make the beat; later ones are its aftermath. */
  readonly deeds: readonly TimedDeed[];
  readonly expects: readonly Expectation[];
}

/** Beats that belong together. The next act begins in its time, but not before each beat was to be seen in two polls. */
export interface Act {
  readonly name: string;
  readonly beats: readonly Beat[];
}

/** A recorded incident as data. */
export interface Scenario {
  readonly name: string;
  readonly about: string;
  readonly acts: readonly Act[];
  /** When the last act is over, in seconds of the recording. */
  readonly endsAt: number;
  /** Nothing else goes wrong in the traffic meanwhile: what the ladder finds is what the story is about. */
  readonly quiet?: true;
  /** Whom to ask `meshladder check` about; default: checkout, who calls payment-svc. */
  readonly pod?: WorkloadName;
}

/** The pod to ask `meshladder check` about. */
export function podAsked({ pod = 'checkout' }: Scenario): PodAsked {
  return { namespace: WORKLOADS[pod].namespace, name: podName(WORKLOADS[pod]) };
}
