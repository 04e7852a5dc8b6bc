import type { Traffic } from '../../model/traffic.ts';
import type { SourceContext } from '../source.ts';
import { type Checkpoint, loadCheckpoint } from './checkpoint.ts';
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
    log.warn({ folder: checkpointDir, err }, 'the counts of the last run cannot be used; counting begins anew');
    return undefined;
  }
}
