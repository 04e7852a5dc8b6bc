import type { EpochSeconds } from '../../model/brand.ts';
import type { ObjectMap } from '../../model/cluster.ts';
import { type Observed, PENDING } from '../../model/observed.ts';
import type { SourceError } from '../../model/source-error.ts';

/** The objects of one list, and how far to trust them. */
export interface ObjectCell<T> {
  /**
   * What is known now. The same value while nothing changed, so that readers may cache on it; after a change a copy,
   * so that a reader keeps one moment. `at` is when it last changed or was confirmed; once stale, when we last heard.
   */
  read(): Observed<ObjectMap<T>>;
  isCurrent(): boolean;
  get(key: string): T | undefined;
  /** A whole new list. */
  replace(objects: Map<string, T>): void;
  set(key: string, value: T): void;
  delete(key: string): void;
  /** The server has just confirmed that we are up to date. */
  confirm(): void;
  /** What is known may be out of date from now on. */
  fail(error: SourceError): void;
}

type Trust =
  | { readonly state: 'pending' }
  | { readonly state: 'fresh' }
  | { readonly state: 'failing'; readonly error: SourceError };

export function createObjectCell<T>(now: () => EpochSeconds): ObjectCell<T> {
  let objects: Map<string, T> | undefined;
  let trust: Trust = { state: 'pending' };
  let heardAt: EpochSeconds | undefined;
  let cached: Observed<ObjectMap<T>> | undefined = PENDING;
  let copied: ObjectMap<T> | undefined;

  function changed(): void {
    heardAt = now();
    cached = undefined;
    copied = undefined;
  }

  return {
    read() {
      if (cached === undefined && objects !== undefined) copied ??= new Map(objects);
      cached ??= Object.freeze(observe(trust, copied, heardAt));
      return cached;
    },
    isCurrent: () => trust.state === 'fresh',
    get: (key) => objects?.get(key),
    replace(next) {
      // A kind that is not there is asked for again and again: nothing new must not look like a change.
      if (trust.state === 'fresh' && objects?.size === 0 && next.size === 0) {
        heardAt = now();
        return;
      }
      objects = next;
      trust = { state: 'fresh' };
      changed();
    },
    set(key, value) {
      objects?.set(key, value);
      changed();
    },
    delete(key) {
      if (objects?.delete(key)) changed();
    },
    confirm() {
      heardAt = now();
      if (trust.state === 'failing' && objects !== undefined) {
        trust = { state: 'fresh' };
        cached = undefined;
      }
    },
    fail(error) {
      trust = { state: 'failing', error };
      cached = undefined;
    },
  };
}

function observe<T>(
  trust: Trust,
  value: ObjectMap<T> | undefined,
  at: EpochSeconds | undefined,
): Observed<ObjectMap<T>> {
  if (trust.state === 'pending') return PENDING;
  if (value === undefined || at === undefined) {
    return trust.state === 'failing' ? { state: 'failed', error: trust.error } : PENDING;
  }
  return trust.state === 'fresh' ? { state: 'fresh', at, value } : { state: 'stale', at, value, error: trust.error };
}
