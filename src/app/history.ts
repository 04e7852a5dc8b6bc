import type { Config } from '../config/config.ts';
import { NO_HISTORY, type SyncHistory } from '../model/sync-history.ts';
import type { Log } from '../runtime/log.ts';
import type { Task } from '../runtime/supervise.ts';
import type { Clock, Scheduler } from '../sources/source.ts';
import { loadHistory, saveHistory } from '../state/history-file.ts';
import { applyRestored } from '../state/restore.ts';
import type { Mesh } from './mesh.ts';
import { prometheusOptions } from './prometheus.ts';

/** Written at most this often; what a crash loses is seen again by the next polls, but for its beginning. */
const SAVE_EVERY_MS = 10_000;

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

/** Keeps the history over restarts: asks Prometheus where no checkpoint told, and writes the checkpoint. */
export function createHistoryTask(
  options: HistoryOptions & { readonly mesh: Mesh; readonly scheduler: Scheduler },
): Task {
  const { config, mesh, scheduler, clock, log } = options;
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
      if (mesh.read().history.restored === undefined) await askPrometheus(options, signal);
      await scheduler.repeat('history', () => SAVE_EVERY_MS, save, signal);
      await save();
    },
  };
}

async function askPrometheus(options: HistoryOptions & { readonly mesh: Mesh }, signal: AbortSignal): Promise<void> {
  const { config, mesh, log } = options;
  const asked = prometheusOptions(config);
  if (asked === undefined) return;
  try {
    const { askOutOfSync } = await import('../sources/prometheus/ask-out-of-sync.ts');
    const facts = await askOutOfSync(asked, signal);
    mesh.updateHistory((history) => applyRestored(history, facts));
    log.info({ proxies: facts.length }, 'asked Prometheus since when proxies are out of sync');
  } catch (err) {
    if (!signal.aborted) log.warn({ err }, 'Prometheus could not tell since when proxies are out of sync');
  }
}
