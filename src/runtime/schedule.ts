import type { Scheduler, SourceLog } from '../sources/source.ts';
import { startTicks, TICK_MS } from './tick.ts';

/** A scheduler that has to be stopped. */
export interface CronScheduler extends Scheduler {
  /** Stops the ticks; a repeat ends by its own signal. */
  stop(): void;
}

export interface SchedulerOptions {
  readonly log: SourceLog;
  /** A clock that never jumps: due times survive a change of the wall clock. */
  readonly monotonicMs?: () => number;
  /** Told how long each run took. */
  readonly onRun?: (name: string, seconds: number) => void;
  /** Told of each tick that never came, because the event loop was busy or the machine slept. */
  readonly onMissedTick?: () => void;
}

/** One repeat that waits for its next run. */
interface Sleeper {
  readonly dueAtMs: number;
  readonly wake: () => void;
  timer?: NodeJS.Timeout;
}

/**
 * Maps durations onto one node-cron task that ticks each second (docs/adr/0004-one-cron-tick.md). At each tick, what
 * falls due before the next one is armed to the millisecond; what falls due sooner than a tick is armed at once.
 * A repeat keeps the phase of its own first run, so exporters that started at different moments do not all poll at once.
 */
export function createScheduler({
  log,
  monotonicMs = () => performance.now(),
  onRun = () => {},
  onMissedTick = () => {},
}: SchedulerOptions): CronScheduler {
  const sleepers = new Set<Sleeper>();
  const arm = (sleeper: Sleeper): void => {
    const waitMs = sleeper.dueAtMs - monotonicMs();
    if (sleeper.timer === undefined && waitMs < TICK_MS) sleeper.timer = setTimeout(sleeper.wake, Math.max(0, waitMs));
  };
  const onTick = (): void => {
    for (const sleeper of sleepers) arm(sleeper);
  };
  const stop = startTicks({ log, monotonicMs, onTick, onMissed: onMissedTick });

  const sleepUntil = async (dueAtMs: number, signal: AbortSignal): Promise<void> => {
    if (signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const sleeper: Sleeper = { dueAtMs, wake: () => resolve() };
    signal.addEventListener('abort', sleeper.wake, { once: true });
    sleepers.add(sleeper);
    arm(sleeper);
    await promise;
    clearTimeout(sleeper.timer);
    sleepers.delete(sleeper);
    signal.removeEventListener('abort', sleeper.wake);
  };

  const repeat: Scheduler['repeat'] = async (name, intervalMs, task, signal) => {
    while (!signal.aborted) {
      const startedAtMs = monotonicMs();
      await untilStopped(task, signal);
      onRun(name, (monotonicMs() - startedAtMs) / 1000);
      await sleepUntil(nextDueMs(startedAtMs, intervalMs()), signal);
    }
  };
  return { repeat, stop };
}

/** Runs the task; what it throws because it was told to stop is no failure. */
async function untilStopped(task: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
  try {
    await task(signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** From start to start: the pace does not depend on how long a run takes; one that took longer is followed at once. */
function nextDueMs(startedAtMs: number, intervalMs: number): number {
  if (!(intervalMs > 0)) throw new RangeError(`an interval must be above 0 ms, not ${intervalMs}`);
  return startedAtMs + intervalMs;
}
