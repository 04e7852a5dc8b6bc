import { type Logger, type ScheduledTask, schedule } from 'node-cron';
import type { SourceLog } from '../sources/source.ts';

/** How often the cron task fires. */
export const TICK_MS = 1000;
/** Silence longer than this is taken for a cron task that waits for a wall clock which went back. */
const SILENCE_MS = 3000;
/** A loop that was blocked for long gives one line, not one for each second. */
const REPORT_MISSED_EVERY_MS = 60_000;

export interface TickOptions {
  readonly log: SourceLog;
  readonly monotonicMs: () => number;
  readonly onTick: () => void;
  readonly onMissed: () => void;
}

/**
 * Calls `onTick` each second by node-cron, until the function it returns is called. Two of the library's habits are
 * mended here: it plans by the wall clock, so after a step back it would sleep until that moment comes again (it is
 * then started anew), and in local time it would stumble over daylight saving (it runs in UTC).
 */
export function startTicks({ log, monotonicMs, onTick, onMissed }: TickOptions): () => void {
  let lastTickMs = monotonicMs();
  const tick = (): void => {
    lastTickMs = monotonicMs();
    onTick();
  };
  const sayMissed = missedReport(log, monotonicMs);
  const start = (): ScheduledTask => {
    const options = { name: 'tick', noOverlap: true, timezone: 'Etc/UTC', logger: forward(log) };
    const task = schedule('* * * * * *', tick, options);
    task.on('execution:missed', () => {
      onMissed();
      sayMissed();
    });
    return task;
  };
  let task = start();
  const watchdog = setInterval(() => {
    const silentMs = monotonicMs() - lastTickMs;
    if (silentMs < SILENCE_MS) return;
    log.warn({ silentMs: Math.round(silentMs) }, 'the schedule stood still, starting it again: did the clock go back?');
    lastTickMs = monotonicMs();
    void task.destroy();
    task = start();
  }, TICK_MS);
  watchdog.unref();
  return () => {
    clearInterval(watchdog);
    void task.destroy();
  };
}

function missedReport(log: SourceLog, monotonicMs: () => number): () => void {
  let missedTicks = 0;
  let saidAtMs = Number.NEGATIVE_INFINITY;
  return () => {
    missedTicks += 1;
    if (monotonicMs() - saidAtMs < REPORT_MISSED_EVERY_MS) return;
    saidAtMs = monotonicMs();
    log.warn({ missedTicks }, 'the event loop was blocked or the machine slept: ticks of the schedule were missed');
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
