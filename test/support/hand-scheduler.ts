import { once } from 'node:events';
import type { Scheduler } from '../../src/sources/source.ts';

/** Runs what is to be repeated each time `round` is called, and not before. */
export function createHandScheduler(): { readonly scheduler: Scheduler; round(): Promise<void> } {
  const started = Promise.withResolvers<void>();
  const tasks: (() => Promise<void>)[] = [];
  return {
    scheduler: {
      repeat: async (_name, _intervalMs, task, signal) => {
        tasks.push(() => task(signal));
        started.resolve();
        if (!signal.aborted) await once(signal, 'abort');
      },
    },
    async round() {
      await started.promise;
      for (const task of tasks) await task();
    },
  };
}
