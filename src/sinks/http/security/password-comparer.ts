import { Worker } from 'node:worker_threads';
import type { PasswordResult, PasswordTask } from './password-thread.ts';

/** Compares passwords with bcrypt hashes, one after the other, without holding the event loop. */
export interface PasswordComparer {
  /** @throws Error when the thread that compares failed */
  compare(password: string, hash: string): Promise<boolean>;
  close(): void;
}

/** As it is run: from its source, or compiled. */
const ENTRY = new URL(
  import.meta.url.endsWith('.ts') ? './password-thread.ts' : './password-thread.js',
  import.meta.url,
);
/** Passwords are compared once and then remembered: the thread is rarely needed, and costs memory while it is there. */
const IDLE_MS = 10_000;

type Settle = PromiseWithResolvers<boolean>;

/** @param idleMs the thread ends when it has had nothing to do for so long */
export function createPasswordComparer(idleMs: number = IDLE_MS): PasswordComparer {
  const asked = new Map<number, Settle>();
  let worker: Worker | undefined;
  let idle: NodeJS.Timeout | undefined;
  let lastId = 0;
  const stop = (): void => {
    clearTimeout(idle);
    void worker?.terminate();
    worker = undefined;
  };
  const fail = (cause: unknown): void => {
    stop();
    const waiting = [...asked.values()];
    asked.clear();
    for (const { reject } of waiting) reject(new Error('the thread that compares passwords failed', { cause }));
  };
  const start = (): Worker => {
    const made = new Worker(ENTRY);
    made.unref();
    made.on('message', ({ id, isRight }: PasswordResult) => {
      asked.get(id)?.resolve(isRight);
      asked.delete(id);
      if (asked.size === 0) idle = setTimeout(stop, idleMs).unref();
    });
    made.on('error', fail);
    return made;
  };
  return {
    compare: (password, hash) => {
      clearTimeout(idle);
      worker ??= start();
      lastId += 1;
      const settle = Promise.withResolvers<boolean>();
      asked.set(lastId, settle);
      worker.postMessage({ id: lastId, password, hash } satisfies PasswordTask);
      return settle.promise;
    },
    close: () => fail(undefined),
  };
}
