import { randomUUID } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import type { EpochSeconds } from '../model/brand.ts';
import type { FindingsSince } from '../model/findings-since.ts';
import type { RestoredFact } from '../model/restored-fact.ts';
import type { SyncHistory } from '../model/sync-history.ts';
import { decodeHistory, encodeHistory } from './history-checkpoint.ts';

/** Replaces the checkpoint whole: who reads it after a crash finds the old one or the new one. @throws when it cannot */
export async function saveHistory(
  file: string,
  history: SyncHistory,
  now: EpochSeconds,
  findings?: FindingsSince,
): Promise<void> {
  const temporary = `${file}.${randomUUID()}.tmp`;
  try {
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(encodeHistory(history, now, findings));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw cause;
  }
}

/**
 * Reads the checkpoint; none is no error, and gives nothing.
 * @throws Error that names the file and what is wrong with it; the caller says so and starts without
 */
export async function loadHistory(file: string, now: EpochSeconds): Promise<readonly RestoredFact[]> {
  try {
    return decodeHistory(await readFile(file, 'utf8'), now);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return [];
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${file} cannot be used: ${reason}; delete it to start without`, { cause });
  }
}
