import { setImmediate as nextTurn } from 'node:timers/promises';
import { epochSeconds } from '../../src/model/brand.ts';
import type { Clock, Scheduler } from '../../src/sources/source.ts';

/** Time that passes only when it is told to: hours of it in a blink, each run the same. */
export interface VirtualTime {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  nowMs(): number;
  /** Resolves when so much time has passed, or the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Lets time pass; all that falls due happens in its order, and is through with before more passes. */
  pass(ms: number): Promise<void>;
}

interface Sleeper {
  readonly atMs: number;
  readonly wake: () => void;
}

/** @param startMs of the wall clock */
export function virtualTime(startMs = 1_000_000): VirtualTime {
  let nowMs = 0;
  const sleepers = new Set<Sleeper>();
  const sleep = (ms: number, signal?: AbortSignal): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const sleeper = { atMs: nowMs + ms, wake: resolve };
    sleepers.add(sleeper);
    signal?.addEventListener('abort', () => resolve(), { once: true });
    return promise.finally(() => sleepers.delete(sleeper));
  };
  return {
    clock: { now: () => epochSeconds((startMs + nowMs) / 1000), monotonicMs: () => nowMs },
    scheduler: {
      async repeat(_name, intervalMs, task, signal) {
        while (!signal.aborted) {
          await task(signal);
          await sleep(intervalMs(), signal);
        }
      },
    },
    nowMs: () => nowMs,
    sleep,
    async pass(ms) {
      const untilMs = nowMs + ms;
      await nextTurn();
      for (;;) {
        const [next] = [...sleepers].toSorted((one, other) => one.atMs - other.atMs);
        if (next === undefined || next.atMs > untilMs) break;
        nowMs = Math.max(nowMs, next.atMs);
        for (const due of [...sleepers]) if (due.atMs <= nowMs) due.wake();
        await nextTurn();
      }
      nowMs = untilMs;
    },
  };
}
