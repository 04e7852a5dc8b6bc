import type { SourceError } from '../model/source-error.ts';

/** Resolves after so long, or as soon as the signal aborts. */
export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>;

/** Something took longer than it may. */
export class DeadlinePassed extends Error {
  override readonly name = 'DeadlinePassed';
  readonly reason: SourceError;

  constructor(what: string, afterMs: number) {
    const detail = `${what} did not end within ${Math.round(afterMs)} ms`;
    super(detail);
    this.reason = { code: 'timeout', afterMs, detail };
  }
}

export interface DeadlineOptions {
  /** As it stands in the error. */
  readonly what: string;
  readonly afterMs: number;
  /** Of the caller, who may give up before. */
  readonly signal: AbortSignal;
  /** Default: real time. */
  readonly sleep?: Sleep;
}

/**
 * Gives up what takes too long, also where it does not heed the signal it is given, which then aborts.
 * @throws DeadlinePassed; the caller's own reason where that gave up; what `run` throws
 */
export async function withDeadline<T>(
  { what, afterMs, signal, sleep = onTimer }: DeadlineOptions,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const [own, done] = [new AbortController(), new AbortController()];
  const { promise: givenUp, reject } = Promise.withResolvers<never>();
  const giveUp = (reason: unknown): void => {
    reject(reason);
    own.abort(reason);
  };
  const onAbort = (): void => giveUp(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  void sleep(afterMs, done.signal).then(() => {
    if (!done.signal.aborted) giveUp(new DeadlinePassed(what, afterMs));
  });
  try {
    return await Promise.race([run(own.signal), givenUp]);
  } finally {
    done.abort();
    signal.removeEventListener('abort', onAbort);
  }
}

function onTimer(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  signal.addEventListener(
    'abort',
    () => {
      clearTimeout(timer);
      resolve();
    },
    { once: true },
  );
  return promise;
}
