/** Looks that have begun and not ended. */
export interface UnderWay {
  keys(): Iterable<string>;
  add(key: string, look: Promise<void>): void;
  /** @throws what one has thrown that was not told to stop: a bug, which must not pass in silence */
  throwIfBroken(): void;
  ended(): Promise<void>;
}

export function createUnderWay(signal: AbortSignal): UnderWay {
  const looks = new Map<string, Promise<void>>();
  let bug: { readonly error: unknown } | undefined;
  return {
    keys: () => looks.keys(),
    add(key, look) {
      const done = look
        .catch((error: unknown) => {
          if (!signal.aborted) bug ??= { error };
        })
        .finally(() => looks.delete(key));
      looks.set(key, done);
    },
    throwIfBroken() {
      if (bug !== undefined) throw bug.error;
    },
    ended: async () => void (await Promise.all(looks.values())),
  };
}
