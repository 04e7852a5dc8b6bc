import { type Logger, type ScheduledTask, schedule } from 'node-cron';
import type { SourceLog } from '../sources/source.ts';

/** How often the cron task fires. */
export const TICK_MS = 1000;
/** Silence longer than this is taken for a cron task that waits for a wall clock which went back. */
const SILENCE_MS = 3000;
/** A loop that was blocked for long gives one line, not one for each second. */
const REPORT_MISSED_EVERY_MS = 60_000;

/** The one cron task of the program. */
export interface Ticks {
  missed(): number;
  stop(): void;
}

/**
 * Calls `onTick` each second by node-cron. Two of its habits are mended here: it plans by the wall clock, so after a
 * step back it would sleep until that moment comes again (it is then started anew), and in local time it would stumble
 * over daylight saving (it runs in UTC).
 */
export function startTicks(log: SourceLog, monotonicMs: () => number, onTick: () => void): Ticks {
  let missed = 0;
  let reportedAtMs = Number.NEGATIVE_INFINITY;
  let lastTickMs = monotonicMs();
  const start = (): ScheduledTask => {
    const task = schedule(
      '* * * * * *',
      () => {
        lastTickMs = monotonicMs();
        onTick();
      },
      { name: 'tick', noOverlap: true, timezone: 'Etc/UTC', logger: forward(log) },
    );
    task.on('execution:missed', () => {
      missed += 1;
      if (monotonicMs() - reportedAtMs < REPORT_MISSED_EVERY_MS) return;
      reportedAtMs = monotonicMs();
      log.warn(
        { missedTicks: missed },
        'the event loop was blocked or the machine slept: ticks of the schedule were missed',
      );
    });
    return task;
  };
  let task = start();
  const watchdog = setInterval(() => {
    if (monotonicMs() - lastTickMs < SILENCE_MS) return;
    log.warn(
      { silentMs: Math.round(monotonicMs() - lastTickMs) },
      'the schedule stood still, starting it again: did the clock go back?',
    );
    lastTickMs = monotonicMs();
    void task.destroy();
    task = start();
  }, TICK_MS);
  watchdog.unref();
  return {
    missed: () => missed,
    stop: () => {
      clearInterval(watchdog);
      void task.destroy();
    },
  };
}

/** node-cron prints coloured text to the console unless given a logger; its words go to ours, as fields. */
function forward(log: SourceLog): Logger {
  return {
    info: (message) => log.debug({ said: message }, 'node-cron'),
    warn: (message) => log.debug({ said: message }, 'node-cron'),
    error: (message, error) => log.error({ err: error ?? message }, 'node-cron'),
    debug: (message) => log.debug({ said: String(message) }, 'node-cron'),
  };
}
