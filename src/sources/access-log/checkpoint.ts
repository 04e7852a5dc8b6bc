import { readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../../state/replace-file.ts';
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

/** Offsets and what was counted up to them: one is worth nothing without the other, so they are one file (ADR 8). */
export interface Checkpoint extends Positions {
  readonly tally: SavedTally;
}

/** A checkpoint that is there and cannot be used; if it could be, it was moved aside, so that it can be looked at. */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError';
}

const NAME = 'access-log.json';
/** Some four times what 50,000 shapes and 10,000 files take. */
const MAX_BYTES = 128 * 1024 * 1024;

/**
 * Reads the checkpoint of a folder; undefined where there is none yet.
 * @throws CheckpointError for one that cannot be read, is damaged or of another version, after moving it aside
 */
export async function loadCheckpoint(folder: string): Promise<Checkpoint | undefined> {
  const file = join(folder, NAME);
  try {
    const text = await readBounded(file);
    return text === undefined ? undefined : readSavedCheckpoint(JSON.parse(text));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CheckpointError(`${file} cannot be used: ${reason}; ${await moveAside(file)}`, { cause });
  }
}

async function readBounded(file: string): Promise<string | undefined> {
  try {
    const { size } = await stat(file);
    if (size > MAX_BYTES) throw new Error(`${size} bytes are more than any checkpoint has (${MAX_BYTES})`);
    return await readFile(file, 'utf8');
  } catch (problem) {
    if ((problem as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw problem;
  }
}

async function moveAside(file: string): Promise<string> {
  const aside = `${file}.unusable`;
  return rename(file, aside).then(
    () => `it is kept as ${aside}`,
    () => 'it could not be moved aside',
  );
}

/**
 * Replaces the checkpoint whole: who reads it after a crash, also of the machine, finds the old one or the new one.
 * What is given must not change meanwhile: it is written piece by piece.
 * @throws what writing throws; then the old one is still there
 */
export function saveCheckpoint(folder: string, checkpoint: Checkpoint): Promise<void> {
  return replaceFile(folder, NAME, piecesOf(checkpoint));
}

/** As JSON. In one piece, tens of thousands of counts would hold the event loop for a tenth of a second. */
function* piecesOf({ positions, streams, tally }: Checkpoint): Generator<string> {
  const { requests, ...rest } = tally;
  yield '{"version":1,"positions":';
  yield* listOf(positions);
  yield ',"streams":';
  yield* listOf(streams);
  // Before the last brace of the rest.
  yield `,"tally":${JSON.stringify(rest).slice(0, -1)},"requests":`;
  yield* listOf(requests);
  yield '}}';
}

const ITEMS_A_PIECE = 2000;

function* listOf(items: readonly object[]): Generator<string> {
  yield '[';
  for (let at = 0; at < items.length; at += ITEMS_A_PIECE) {
    const piece = JSON.stringify(items.slice(at, at + ITEMS_A_PIECE)).slice(1, -1);
    yield at === 0 ? piece : `,${piece}`;
  }
  yield ']';
}
