import type { Traffic } from '../../model/traffic.ts';
import type { Scheduler, SourceContext } from '../source.ts';
import { type Positions, saveCheckpoint } from './checkpoint.ts';
import { createCheckpointClaim } from './checkpoint-claim.ts';
import type { TallyStore } from './tally.ts';

export interface CheckpointWriterOptions {
  readonly checkpointDir: string | undefined;
  readonly tally: TallyStore;
  readonly positions: () => Positions;
  /** Before the first listing the positions say nothing, and would overwrite those of the run before. */
  readonly ready: () => boolean;
  readonly context: SourceContext<Traffic>;
  readonly scheduler: Scheduler;
  readonly intervalMs: number;
}

/** Writes the checkpoint now and then. A disk that refuses is said once, and costs no counting; nor does a slow one. */
export interface CheckpointWriter {
  /** Writes when it is time and something was counted, until `signal` aborts. */
  run(signal: AbortSignal): Promise<void>;
  /** Writes now. */
  save(): Promise<void>;
}

/** What a crash may lose is not lost: it is read again from the last checkpoint on. So often is often enough. */
const EVERY_MS = 5000;
/** Until the first listing is there. */
const FIRST_LOOK_MS = 50;
/** Names change also where nothing is counted. */
const AT_LEAST_EVERY_MS = 60_000;

export function createCheckpointWriter(options: CheckpointWriterOptions): CheckpointWriter {
  const { checkpointDir, context, ready, scheduler, intervalMs } = options;
  if (checkpointDir === undefined) return { run: async () => {}, save: async () => {} };
  const write = createWrite(options, checkpointDir);
  // The first at once: a kill soon after the start must not lose what came since.
  let wroteAtMs = Number.NEGATIVE_INFINITY;
  let wrote: Traffic | undefined;
  const save = async (): Promise<void> => {
    if (!ready()) return;
    wroteAtMs = context.clock.monotonicMs();
    wrote = options.tally.traffic();
    await write();
  };
  const saveIfDue = async (): Promise<void> => {
    const sinceMs = context.clock.monotonicMs() - wroteAtMs;
    const changed = wrote !== options.tally.traffic();
    if (sinceMs >= (changed ? EVERY_MS : AT_LEAST_EVERY_MS)) await save();
  };
  const pauseMs = (): number => (wrote === undefined ? Math.min(FIRST_LOOK_MS, intervalMs) : intervalMs);
  return { save, run: (signal) => scheduler.repeat('access-log-checkpoint', pauseMs, saveIfDue, signal) };
}

/** Saves, and says when that begins to fail, whatever the reason. */
function createWrite({ tally, positions, context }: CheckpointWriterOptions, folder: string): () => Promise<void> {
  const claim = createCheckpointClaim(folder);
  let said = '';
  const say = (message: string, fields: object): void => {
    if (said !== message) context.log.warn({ folder, ...fields }, message);
    said = message;
  };
  return async () => {
    try {
      if (!(await claim.hold())) {
        say('another process has taken over the folder of counts; this one saves none any more', {});
        return;
      }
      // Taken together, before anything else runs: the counts are those up to these positions.
      await saveCheckpoint(folder, { ...positions(), tally: tally.save() });
      said = '';
    } catch (err) {
      say('counts cannot be saved; a restart will count from the last checkpoint on', { err });
    }
  };
}
