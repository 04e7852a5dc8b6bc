import type { Observed } from '../model/observed.ts';
import { PENDING } from '../model/observed.ts';
import type { SourceHealth } from '../model/source-health.ts';
import type { Clock, PollReport, RbacNeed, Source } from '../sources/source.ts';
import { afterFailure, newHealth, nextHealth } from '../state/source-health.ts';
import type { Log } from './log.ts';
import type { Task } from './supervise.ts';

/** A running source: how it fares, and whether it has spoken. */
export interface SourceTask extends Task {
  /** What the source needs of Kubernetes, as it declares it. */
  readonly rbac: readonly RbacNeed[];
  health(): SourceHealth;
  /** It has given a value, or ended a poll without one. */
  spoken(): boolean;
}

export interface SourceTaskOptions<T> {
  readonly source: Source<T>;
  /** What is known now; called for each value and for each poll that brought none. */
  readonly onValue: (value: Observed<T>) => void;
  readonly onHealth: () => void;
  readonly clock: Clock;
  readonly log: Log;
}

/** Runs a source and keeps its health: no source counts its own polls or judges itself. */
export function createSourceTask<T>({ source, onValue, onHealth, clock, log }: SourceTaskOptions<T>): SourceTask {
  const sourceLog = log.child({ source: source.name });
  let health = newHealth(source.name);
  let observed: Observed<T> = PENDING;
  /** A poll that gave a value and reports failure has said in the value what failed. */
  let publishedSinceReport = false;

  const show = (next: Observed<T>): void => {
    observed = next;
    onValue(next);
  };
  const report = (outcome: PollReport): void => {
    logChange(health.up, outcome);
    health = nextHealth(health, outcome, clock.now());
    const [error] = outcome.errors;
    if (!outcome.ok && !publishedSinceReport && error !== undefined) show(afterFailure(observed, error));
    publishedSinceReport = false;
    onHealth();
  };
  const logChange = (before: boolean | undefined, { ok, errors }: PollReport): void => {
    const fields = { reasons: [...new Set(errors.map(({ code }) => code))], detail: errors[0]?.detail };
    if (!ok && before !== false) sourceLog.warn(fields, 'the source is down');
    else if (ok && before === false) sourceLog.info({}, 'the source is up again');
    else if (errors.length > 0) sourceLog.debug(fields, 'a poll had errors');
  };

  return {
    name: source.name,
    rbac: source.rbac,
    health: () => health,
    spoken: () => observed.state !== 'pending' || health.polls > 0,
    run: (signal) =>
      source.run(
        {
          publish: (value) => {
            publishedSinceReport = true;
            show({ state: 'fresh', at: clock.now(), value });
          },
          report,
          clock,
          log: sourceLog,
        },
        signal,
      ),
  };
}
