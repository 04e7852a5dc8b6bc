import type { Traffic } from '../../model/traffic.ts';
import type { SourceContext } from '../source.ts';
import { type Positions, saveCheckpoint } from './checkpoint.ts';
import type { TallyStore } from './tally.ts';

export interface CheckpointWriterOptions {
  readonly checkpointDir: string | undefined;
  readonly tally: TallyStore;
  readonly positions: () => Positions;
  /** Before the first listing the positions say nothing, and would overwrite those of the run before. */
  readonly ready: () => boolean;
  readonly context: SourceContext<Traffic>;
}

/** Writes the checkpoint now and then. A disk that refuses is said once, and costs no counting. */
export interface CheckpointWriter {
  /** Writes if it is time. */
  maybe(): Promise<void>;
  now(): Promise<void>;
}

/** What a crash may lose is not lost: it is read again from the last checkpoint on. So often is often enough. */
const EVERY_MS = 5000;

export function createCheckpointWriter(options: CheckpointWriterOptions): CheckpointWriter {
  const { checkpointDir, tally, positions, ready, context } = options;
  // The first at once: a kill soon after the start must not lose what came since.
  let wroteAtMs = Number.NEGATIVE_INFINITY;
  let failing = false;
  const now = async (): Promise<void> => {
    if (checkpointDir === undefined || !ready()) return;
    wroteAtMs = context.clock.monotonicMs();
    try {
      // Taken together, before anything else runs: the counts are those up to these positions.
      await saveCheckpoint(checkpointDir, { ...positions(), tally: tally.save() });
      failing = false;
    } catch (err) {
      const fields = { folder: checkpointDir, err };
      if (!failing)
        context.log.warn(fields, 'counts cannot be saved; a restart will count from the last checkpoint on');
      failing = true;
    }
  };
  return {
    now,
    maybe: async () => {
      if (context.clock.monotonicMs() - wroteAtMs >= EVERY_MS) await now();
    },
  };
}
