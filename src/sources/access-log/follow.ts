import type { Traffic } from '../../model/traffic.ts';
import type { Scheduler, SourceContext } from '../source.ts';
import type { LogScanner } from './scanner.ts';
import type { TallyStore } from './tally.ts';

/** What every way of following logs is given. */
export interface FollowNeeds {
  readonly scanner: LogScanner;
  readonly tally: TallyStore;
  readonly scheduler: Scheduler;
  readonly checkpointDir: string | undefined;
  readonly intervalMs: number;
}

/** A way of following logs. */
export interface Follow {
  run(context: SourceContext<Traffic>, signal: AbortSignal): Promise<void>;
  caughtUp(): boolean;
}
