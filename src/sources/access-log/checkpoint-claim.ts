import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { removeTemporary, replaceFile } from '../../state/replace-file.ts';

/** Who may write the checkpoint of a folder: the process that started last. */
export interface CheckpointClaim {
  /**
   * Whether it is still ours, or nobody's; then it is made ours.
   * @throws what reading or writing it throws
   */
  hold(): Promise<boolean>;
}

const NAME = 'access-log.owner';

/**
 * Claims a folder, so that two processes that share one do not overwrite each other's counts by turns: the one that
 * started last took over what the other had saved, and goes on from there; the other counts on and saves no more.
 * A lock would outlive a killed process, and process ids mean nothing across containers.
 */
export function createCheckpointClaim(folder: string): CheckpointClaim {
  const own = randomUUID();
  const file = join(folder, NAME);
  let claimed = false;
  const claim = async (): Promise<boolean> => {
    await removeTemporary(folder, 'access-log');
    await replaceFile(folder, NAME, [own]);
    claimed = true;
    return true;
  };
  return {
    hold: async () => {
      if (!claimed) return claim();
      const owner = await readFile(file, 'utf8').catch((problem: NodeJS.ErrnoException) => {
        if (problem.code === 'ENOENT') return undefined;
        throw problem;
      });
      return owner === undefined ? claim() : owner === own;
    },
  };
}
