import type { Log } from '../runtime/log.ts';
import type { SourceTask } from '../runtime/source-task.ts';
import type { Clock } from '../sources/source.ts';
import { createCatchUp } from './catch-up.ts';
import { createReadiness } from './readiness.ts';

/** How far the exporter has come, for those who ask it. */
export interface Progress {
  /** What it still waits for; empty: it is ready. */
  pending(): readonly string[];
  /** Why no scrape may be answered yet. */
  withheld(): string | undefined;
  /** From now on it is known which sources must speak before it is ready. */
  waitFor(tasks: readonly SourceTask[]): void;
  /** Counters begin. @param caughtUp false while they may be lower than a scrape before the start saw them */
  counting(caughtUp: () => boolean): void;
}

export function createProgress(clock: Clock, log: Log): Progress {
  let tasks: readonly SourceTask[] | undefined;
  let withheld = (): string | undefined => undefined;
  const unspoken = createReadiness(() => tasks, clock);
  return {
    pending: () => [...unspoken(), ...(withheld() === undefined ? [] : ['logs of the time before the start'])],
    withheld: () => withheld(),
    waitFor(given) {
      tasks = given;
    },
    counting(caughtUp) {
      withheld = createCatchUp(caughtUp, clock, log);
    },
  };
}
