import { setTimeout as sleep } from 'node:timers/promises';

/** The time of the recording, run faster; it can be made to stand still. */
export interface ScenarioClock {
  /** Waits for a moment of the recording; returns at once when it has passed. @throws when `signal` aborts */
  until(atSeconds: number, signal: AbortSignal): Promise<void>;
  /** It is this moment now, however long it took to get here. */
  restartAt(atSeconds: number): void;
}

/** @param speed seconds of the recording in one of ours */
export function createScenarioClock(speed: number): ScenarioClock {
  let originMs = performance.now();
  return {
    async until(atSeconds, signal) {
      const waitMs = originMs + (atSeconds * 1000) / speed - performance.now();
      if (waitMs > 0) await sleep(waitMs, undefined, { signal });
      signal.throwIfAborted();
    },
    restartAt(atSeconds) {
      originMs = performance.now() - (atSeconds * 1000) / speed;
    },
  };
}
