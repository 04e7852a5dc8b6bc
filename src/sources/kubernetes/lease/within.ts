/** Resolves after so long, or as soon as the signal aborts. */
export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>;

/**
 * What the call gives, unless it takes longer or `signal` aborts: then its own signal aborts, and this rejects even
 * where the call does not heed it.
 */
export async function within<T>(
  limitMs: number,
  call: (signal: AbortSignal) => Promise<T>,
  { sleep, signal }: { readonly sleep: Sleep; readonly signal: AbortSignal },
): Promise<T> {
  const [done, cut] = [new AbortController(), new AbortController()];
  const { promise: late, reject } = Promise.withResolvers<never>();
  void sleep(limitMs, AbortSignal.any([signal, done.signal])).then(() => {
    const reason = new Error(`no answer within ${Math.round(limitMs)} ms`);
    cut.abort(reason);
    reject(reason);
  });
  try {
    return await Promise.race([call(cut.signal), late]);
  } finally {
    done.abort();
  }
}
