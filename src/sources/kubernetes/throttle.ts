export interface Throttle {
  /** Something changed: `run` will be called, soon, and not more often than agreed. */
  poke(): void;
  stop(): void;
}

/** Changes come in bursts: wait a moment for the rest of one. */
const SETTLE_MS = 20;

/** Calls `run` some time after each `poke`, at most once in `everyMs`; no poke is forgotten. */
export function createThrottle(everyMs: number, run: () => void): Throttle {
  let lastAt = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  function fire(): void {
    timer = undefined;
    lastAt = performance.now();
    run();
  }

  return {
    poke() {
      if (stopped || timer !== undefined) return;
      timer = setTimeout(fire, Math.max(SETTLE_MS, lastAt + everyMs - performance.now()));
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
