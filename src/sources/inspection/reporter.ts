import type { PollReport } from '../source.ts';
import type { LookOutcome } from './look.ts';

/** Tells the runner how looks fare. */
export interface Reporter {
  ended(outcome: LookOutcome): void;
}

/** One proxy that cannot be reached says little of the way to all others. */
const FAILURES_TO_BE_DOWN = 3;

export function createReporter(report: (report: PollReport) => void): Reporter {
  let failuresInARow = 0;
  let hasSucceeded = false;
  return {
    ended({ result, istiod }) {
      const failed = 'failed' in result ? result.failed : undefined;
      failuresInARow = failed === undefined ? 0 : failuresInARow + 1;
      hasSucceeded ||= failed === undefined;
      const errors = [failed, istiod].flatMap((each) => each?.reason ?? []);
      report({ ok: hasSucceeded && failuresInARow < FAILURES_TO_BE_DOWN, errors });
    },
  };
}
