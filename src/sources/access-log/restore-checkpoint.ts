import type { Traffic } from '../../model/traffic.ts';
import type { SourceContext } from '../source.ts';
import { type Checkpoint, CheckpointError, loadCheckpoint } from './checkpoint.ts';
import type { FollowNeeds } from './follow.ts';

/** Gives back what the last run counted, and where it stopped. An unusable checkpoint is said and costs no start. */
export async function restoreCheckpoint(
  { checkpointDir, tally }: Pick<FollowNeeds, 'checkpointDir' | 'tally'>,
  { log }: SourceContext<Traffic>,
): Promise<Checkpoint | undefined> {
  if (checkpointDir === undefined) return undefined;
  try {
    const checkpoint = await loadCheckpoint(checkpointDir);
    if (checkpoint !== undefined) tally.restore(checkpoint.tally);
    return checkpoint;
  } catch (err) {
    const message =
      err instanceof CheckpointError
        ? 'the counts of the last run are damaged; counting begins anew'
        : 'the counts of the last run cannot be read; counting begins anew';
    log.warn({ folder: checkpointDir, err }, message);
    return undefined;
  }
}
