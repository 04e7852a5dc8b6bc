import { setTimeout as sleep } from 'node:timers/promises';
import type { Observer } from './observer.ts';
import type { Scrape } from './scrape.ts';

/** Scrapes again and again, for all who wait for something. */
export interface Watcher {
  /** The next scrape that begins after the call. @throws what ended the watching */
  next(): Promise<Scrape>;
  /** Resolves when watching was stopped; rejects when the exporter is lost. */
  readonly done: Promise<void>;
}

interface Waiting {
  readonly since: number;
  readonly resolve: (scrape: Scrape) => void;
  readonly reject: (reason: unknown) => void;
}

/** A scrape that takes long is followed by a pause this many times as long, so that watching is no load. */
const PAUSE_PER_SCRAPE = 3;

/** @param everyMs the pause between scrapes, at least */
export function createWatcher(observer: Observer, everyMs: number, signal: AbortSignal): Watcher {
  let waiting: Waiting[] = [];
  let failure: { readonly reason: unknown } | undefined;
  let round = 0;

  const watch = async (): Promise<void> => {
    while (!signal.aborted) {
      round += 1;
      const begun = round;
      const startedMs = performance.now();
      const scrape = await observer.scrape();
      const served = waiting.filter(({ since }) => since < begun);
      waiting = waiting.filter(({ since }) => since >= begun);
      for (const { resolve } of served) resolve(scrape);
      await sleep(Math.max(everyMs, PAUSE_PER_SCRAPE * (performance.now() - startedMs)), undefined, { signal });
    }
  };
  const end = (reason: unknown): void => {
    failure = { reason };
    for (const { reject } of waiting) reject(reason);
    waiting = [];
  };
  const done = watch().then(
    () => end(signal.reason),
    (reason: unknown) => {
      end(reason);
      if (!signal.aborted) throw reason;
    },
  );
  // Whoever waits is told; nobody else has to listen.
  done.catch(() => undefined);
  return {
    done,
    next: () =>
      new Promise((resolve, reject) => {
        if (failure !== undefined) reject(failure.reason);
        else waiting.push({ since: round, resolve, reject });
      }),
  };
}
