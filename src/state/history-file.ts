import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { EpochSeconds } from '../model/brand.ts';
import type { FindingsSince } from '../model/findings-since.ts';
import type { RestoredFact } from '../model/restored-fact.ts';
import type { SyncHistory } from '../model/sync-history.ts';
import { decodeHistory, historyPieces } from './history-checkpoint.ts';
import { replaceFile } from './replace-file.ts';

/** Replaces the checkpoint whole: who reads it after a crash finds the old one or the new one. @throws when it cannot */
export function saveHistory(
  file: string,
  history: SyncHistory,
  now: EpochSeconds,
  findings?: FindingsSince,
): Promise<void> {
  return replaceFile(dirname(file), basename(file), historyPieces(history, now, findings));
}

/**
 * Reads the checkpoint; none is no error, and gives nothing.
 * @throws Error that names the file and what is wrong with it; the caller says so and starts without
 */
export function loadHistory(file: string, now: EpochSeconds): Promise<readonly RestoredFact[]> {
  return loadCheckpoint(file, [], (text) => decodeHistory(text, now));
}

/**
 * Reads a part of the checkpoint.
 * @param none what a file that is not there gives
 * @param decode throws what is wrong, in words that may follow the file's name
 * @throws Error that names the file, what is wrong with it, and what becomes of it
 */
export async function loadCheckpoint<T>(file: string, none: T, decode: (text: string) => T): Promise<T> {
  try {
    return decode(await readFile(file, 'utf8'));
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return none;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${file} cannot be used: ${reason}; this run goes on without it, and replaces it`, { cause });
  }
}
