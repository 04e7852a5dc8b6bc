import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { SavedTally } from './saved-tally.ts';
import { readSavedCheckpoint } from './schema.ts';
import type { StampPosition } from './stamped-lines.ts';
import type { FilePosition } from './tail-position.ts';

/** How far a log was read over the Kubernetes API. */
export interface StreamPosition extends StampPosition {
  /** `NAMESPACE_POD_UID/RESTARTS`. */
  readonly series: string;
}

/** How far everything was read, by files or over the API. */
export interface Positions {
  readonly positions: readonly FilePosition[];
  readonly streams: readonly StreamPosition[];
}

/** Offsets and what was counted up to them: one is worth nothing without the other, so they are one file. */
export interface Checkpoint extends Positions {
  readonly tally: SavedTally;
}

/** A checkpoint that is there and cannot be used; it was moved aside, so that it can be looked at. */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError';
}

const NAME = 'access-log.json';

/**
 * Reads the checkpoint of a folder; undefined where there is none yet.
 * @throws CheckpointError for one that is damaged or of another version, after moving it aside; else what reading throws
 */
export async function loadCheckpoint(folder: string): Promise<Checkpoint | undefined> {
  const file = join(folder, NAME);
  const text = await readFile(file, 'utf8').catch((problem: NodeJS.ErrnoException) => {
    if (problem.code === 'ENOENT') return undefined;
    throw problem;
  });
  if (text === undefined) return undefined;
  try {
    return readSavedCheckpoint(JSON.parse(text));
  } catch (cause) {
    const aside = `${file}.unusable`;
    await rename(file, aside);
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CheckpointError(`${file} cannot be used: ${reason}; it is kept as ${aside}`, { cause });
  }
}

/**
 * Replaces the checkpoint whole: who reads it after a crash, also of the machine, finds the old one or the new one.
 * @throws what writing throws; then the old one is still there
 */
export async function saveCheckpoint(folder: string, checkpoint: Checkpoint): Promise<void> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, NAME);
  const temporary = `${file}.${randomUUID()}.tmp`;
  try {
    await writeSynced(temporary, JSON.stringify({ version: 1, ...checkpoint }));
    await rename(temporary, file);
    await syncFolder(folder);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw cause;
  }
}

async function writeSynced(file: string, text: string): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(text);
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
