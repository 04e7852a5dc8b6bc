import type { SourceError } from '../../model/source-error.ts';

/** Something took longer than it may. */
export class LookTimeout extends Error {
  override readonly name = 'LookTimeout';
  readonly reason: SourceError;

  constructor(what: string, afterMs: number) {
    const detail = `${what} did not end within ${afterMs} ms`;
    super(detail);
    this.reason = { code: 'timeout', afterMs, detail };
  }
}

/**
 * Gives up what takes too long, also where it does not heed its signal. @throws LookTimeout
 * @param what as it stands in the error
 */
export async function withDeadline<T>(
  what: string,
  afterMs: number,
  outer: AbortSignal,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  outer.throwIfAborted();
  const own = new AbortController();
  const { promise: givenUp, reject } = Promise.withResolvers<never>();
  const giveUp = (reason: unknown): void => {
    reject(reason);
    own.abort(reason);
  };
  const onAbort = (): void => giveUp(outer.reason);
  const timer = setTimeout(() => giveUp(new LookTimeout(what, afterMs)), afterMs);
  outer.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([run(own.signal), givenUp]);
  } finally {
    clearTimeout(timer);
    outer.removeEventListener('abort', onAbort);
  }
}
