import { setTimeout as wait } from 'node:timers/promises';
import type { Config } from '../config/config.ts';
import type { RestoredFact } from '../model/restored-fact.ts';
import { NO_HISTORY, type SyncHistory } from '../model/sync-history.ts';
import type { Log } from '../runtime/log.ts';
import type { Task } from '../runtime/supervise.ts';
import type { Clock, Scheduler } from '../sources/source.ts';
import { loadHistory, saveHistory } from '../state/history-file.ts';
import { applyRestored } from '../state/restore.ts';
import { askForgotten, type Forgotten } from './ask-forgotten.ts';
import type { Mesh } from './mesh.ts';

/** Written at most this often; what a crash loses is seen again by the next polls, but for its beginning. */
const SAVE_EVERY_MS = 10_000;
/** Istiods are polled so much later at most, so that the first poll finds since when proxies are out of sync. */
const PATIENCE_MS = 2000;

export interface HistoryOptions {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
}

/** What the checkpoint of the last run tells. An unusable one is said in the log and costs no start. */
export async function restoredHistory({ config, clock, log }: HistoryOptions): Promise<SyncHistory> {
  const { file } = config.history;
  if (file === undefined) return NO_HISTORY;
  try {
    return applyRestored(NO_HISTORY, await loadHistory(file, clock.now()));
  } catch (err) {
    log.warn({ err }, 'starting without the history of the last run');
    return NO_HISTORY;
  }
}

/** A question to Prometheus that is under way; what it answers is in the history by then. Never fails. */
export type Recalling = Promise<void>;

/**
 * Asks Prometheus where no checkpoint told: a start without one, or a new leader.
 * @returns soon, with an answer or before it
 */
export async function recallHistory(
  options: HistoryOptions & { readonly mesh: Mesh },
  signal: AbortSignal,
): Promise<{ readonly recalling: Recalling }> {
  if (options.mesh.read().history.restored !== undefined) return { recalling: Promise.resolve() };
  const recalling = askPrometheus(options, signal);
  await Promise.race([recalling, wait(PATIENCE_MS, undefined, { ref: false, signal }).catch(() => {})]);
  return { recalling };
}

/** Keeps the history over restarts: writes the checkpoint, once all that was known before is in it. */
export function createHistoryTask(
  options: HistoryOptions & { readonly mesh: Mesh; readonly scheduler: Scheduler; readonly recalling: Recalling },
): Task {
  const { config, mesh, scheduler, clock, log, recalling } = options;
  const { file } = config.history;
  let saved = mesh.read();
  let failing = false;
  const save = async (): Promise<void> => {
    const snapshot = mesh.read();
    const { history, findingsSince } = snapshot;
    if (file === undefined || (history === saved.history && findingsSince === saved.findingsSince)) return;
    try {
      await saveHistory(file, history, clock.now(), findingsSince);
      saved = snapshot;
      failing = false;
    } catch (err) {
      if (!failing)
        log.warn(
          { file, err },
          'the history cannot be saved; a restart will forget since when proxies are out of sync',
        );
      failing = true;
    }
  };
  return {
    name: 'history',
    run: async (signal) => {
      await recalling;
      await scheduler.repeat('history', () => SAVE_EVERY_MS, save, signal);
      await save();
    },
  };
}

async function askPrometheus(options: HistoryOptions & { readonly mesh: Mesh }, signal: AbortSignal): Promise<void> {
  const { askOutOfSync } = await import('../sources/prometheus/ask-out-of-sync.ts');
  const forgotten: Forgotten<readonly RestoredFact[]> = {
    what: 'since when proxies are out of sync',
    ask: askOutOfSync,
    take(facts) {
      options.mesh.updateHistory((history) => applyRestored(history, facts));
      return { proxies: facts.length };
    },
  };
  await askForgotten(options, forgotten, signal);
}
