import type { LogIntake, RequestCount } from '../../model/traffic.ts';
import type { LogCount } from './log-counts.ts';

/** The tallies as plain JSON. */
export interface SavedTally {
  readonly version: 1;
  readonly requests: readonly RequestCount[];
  readonly proxyLogs: readonly LogCount[];
  readonly xdsFailures: readonly LogCount[];
  readonly intake: readonly LogIntake[];
}
