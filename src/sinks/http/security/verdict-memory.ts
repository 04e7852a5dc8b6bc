/** What was found out by a question, for a time. */
export interface VerdictMemory<T> {
  /** What is known now. */
  get(key: string): T | undefined;
  /** Whether it is known, or was and may have changed since. */
  wasKnown(key: string): boolean;
  set(key: string, value: T): void;
  delete(key: string): void;
}

/** The newest `most`; each holds for `forMs`. */
export function createVerdictMemory<T>(options: {
  readonly most: number;
  readonly forMs: number;
  readonly monotonicMs: () => number;
}): VerdictMemory<T> {
  const { most, forMs, monotonicMs } = options;
  const kept = new Map<string, { readonly value: T; readonly untilMs: number }>();
  return {
    get: (key) => {
      const found = kept.get(key);
      return found !== undefined && found.untilMs > monotonicMs() ? found.value : undefined;
    },
    wasKnown: (key) => kept.has(key),
    set: (key, value) => {
      kept.delete(key);
      kept.set(key, { value, untilMs: monotonicMs() + forMs });
      const [oldest] = kept.keys();
      if (kept.size > most && oldest !== undefined) kept.delete(oldest);
    },
    delete: (key) => void kept.delete(key),
  };
}
