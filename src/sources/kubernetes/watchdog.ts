/** Aborts what is silent for too long. */
export interface Watchdog {
  /** Aborts with the outer signal, or when time is up. */
  readonly signal: AbortSignal;
  /** Something came: silence begins anew, and may last so long. */
  heard(silenceMs: number): void;
  /** Lets go of timer and outer signal. */
  stop(): void;
}

/** @param reason what `signal` aborts with when the silence has lasted too long */
export function createWatchdog(outer: AbortSignal, silenceMs: number, reason: (afterMs: number) => Error): Watchdog {
  const own = new AbortController();
  const follow = (): void => own.abort(outer.reason);
  let timer: NodeJS.Timeout | undefined;

  function heard(forMs: number): void {
    clearTimeout(timer);
    timer = setTimeout(() => own.abort(reason(forMs)), forMs);
  }

  if (outer.aborted) follow();
  else outer.addEventListener('abort', follow, { once: true });
  heard(silenceMs);
  return {
    signal: own.signal,
    heard,
    stop() {
      clearTimeout(timer);
      outer.removeEventListener('abort', follow);
    },
  };
}
