import { setImmediate } from 'node:timers/promises';

/** Longest stretch of work before others get their turn: timers, scrapes, log lines. */
const STRETCH_MS = 8;

/** Lets the event loop go round whenever the work since the last time took too long. */
export function createBreather(): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < STRETCH_MS) return;
    await setImmediate();
    since = performance.now();
  };
}
