import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

const TEMPORARY = '.tmp';

/**
 * Replaces a file whole, and safe from a loss of power: written beside it, synced, renamed, and the folder synced. The
 * folder is made if it is not there.
 * @throws what writing throws; then the old file is still there, and nothing half
 */
export async function replaceFile(folder: string, name: string, pieces: Iterable<string>): Promise<void> {
  await mkdir(folder, { recursive: true });
  const temporary = join(folder, `${name}.${randomUUID()}${TEMPORARY}`);
  try {
    await writeSynced(temporary, pieces);
    await rename(temporary, join(folder, name));
    await syncFolder(folder);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {});
    throw cause;
  }
}

/** Removes what a process that was killed in the middle of `replaceFile` left behind. What cannot be removed stays. */
export async function removeTemporary(folder: string, name: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  const left = names.filter((each) => each.startsWith(`${name}.`) && each.endsWith(TEMPORARY));
  await Promise.all(left.map((each) => rm(join(folder, each), { force: true }).catch(() => {})));
}

async function writeSynced(file: string, pieces: Iterable<string>): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    for (const piece of pieces) await handle.writeFile(piece);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Without it the new name may be lost with the machine's power. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
