import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { ObjectMap } from '../../model/cluster.ts';
import type { Observed } from '../../model/observed.ts';
import { type Backoff, createBackoff } from './backoff.ts';
import { followWatch, type WatchStart } from './follow-watch.ts';
import type { InformerNeeds } from './informer-needs.ts';
import { KubeApiError, type RawObject } from './kube-api.ts';
import { createObjectCell, type ObjectCell } from './object-cell.ts';
import { keyOf } from './objects/metadata.ts';
import { type Mapped, mapObject, readList } from './read-list.ts';
import type { WatchEvent } from './watch-event.ts';

/** A list kept current. Never gives up before its signal aborts, and always says how far to trust what it holds. */
export interface Informer<T> {
  read(): Observed<ObjectMap<T>>;
  /** Whether the server has the kind and what we hold of it is fresh: a kind that is not served proves nothing. */
  isCurrent(): boolean;
  /** Resolves when `signal` aborts, and not before. */
  run(signal: AbortSignal): Promise<void>;
}

/** Where we stand with the server between two rounds. */
interface Position {
  path: string;
  /** The cluster does not serve the kind, as of the last look. */
  isAbsent: boolean;
  /** What to watch from; undefined: only a new list can tell what there is. */
  version: string | undefined;
  /** Watches in a row that brought nothing; after two the version is not trusted: a restored server may never reach it. */
  fruitless: number;
  bookmarks: boolean;
}

/** Everything one informer knows, and what it was given. */
interface Mind<T> {
  readonly needs: InformerNeeds<T>;
  readonly cell: ObjectCell<T>;
  readonly backoff: Backoff;
  readonly position: Position;
}

/** Lists, then watches, then watches again from where it was; lists anew when the server has forgotten that. */
export function createInformer<T>(needs: InformerNeeds<T>): Informer<T> {
  const { retryBaseMs: baseMs, retryCapMs: capMs } = needs.timing;
  const mind: Mind<T> = {
    needs,
    cell: createObjectCell<T>(needs.now),
    backoff: createBackoff({ baseMs, capMs, random: needs.random }),
    position: { path: '', isAbsent: false, version: undefined, fruitless: 0, bookmarks: false },
  };
  return {
    read: mind.cell.read,
    isCurrent: () => !mind.position.isAbsent && mind.cell.isCurrent(),
    async run(signal) {
      while (!signal.aborted) {
        const pauseMs = await round(mind, signal);
        // Rejects only when the signal aborts, which ends the loop.
        if (pauseMs > 0) await sleep(pauseMs, undefined, { signal }).catch(() => {});
      }
    },
  };
}

/** One list or one watch. Gives the pause before the next, in milliseconds. */
async function round<T>(mind: Mind<T>, signal: AbortSignal): Promise<number> {
  const { version } = mind.position;
  try {
    return await (version === undefined ? list(mind, signal) : watch(mind, version, signal));
  } catch (cause) {
    return signal.aborted ? 0 : failed(mind, asApiError(mind.needs.label, cause));
  }
}

async function list<T>(mind: Mind<T>, signal: AbortSignal): Promise<number> {
  const { needs, cell, position } = mind;
  const path = await needs.locate(signal);
  if (path === undefined) return absent(mind);
  try {
    const { objects, version, problem } = await readList(needs, path, cell.get, signal);
    Object.assign(position, { path, isAbsent: false, version, fruitless: 0 });
    cell.replace(objects);
    if (problem !== undefined) complain(needs, problem);
  } catch (cause) {
    if (needs.optional && cause instanceof KubeApiError && cause.status === 404) return absent(mind);
    throw cause;
  }
  good(needs);
  return 0;
}

/** The cluster does not know the kind, so there are no objects of it: known, and worth another look later. */
function absent<T>({ needs, cell, position }: Mind<T>): number {
  position.isAbsent = true;
  cell.replace(new Map());
  needs.outcome({ kind: 'absent' });
  needs.changed();
  return jittered(needs, needs.timing.absentRetryMs);
}

async function watch<T>(mind: Mind<T>, version: string, signal: AbortSignal): Promise<number> {
  const { needs, cell, position, backoff } = mind;
  const { silenceMs, watchSeconds, shortWatchMs } = needs.timing;
  const startedAt = performance.now();
  position.fruitless += 1;
  const start: WatchStart = {
    path: position.path,
    version,
    silenceMs: () => silenceMs + (position.bookmarks ? 0 : watchSeconds * 1000),
    accepted() {
      cell.confirm();
      good(needs);
    },
    take: (event) => take(mind, event),
  };
  await followWatch(needs, start, signal);
  if (position.fruitless > 1) position.version = undefined;
  return performance.now() - startedAt < shortWatchMs ? backoff.next() : 0;
}

function take<T>(mind: Mind<T>, event: WatchEvent): void {
  const { needs, cell, position, backoff } = mind;
  if (event.type === 'error' || event.type === 'broken') {
    // Something may have been lost; what we hold is shown as stale until a list says what there is.
    position.version = undefined;
    if (event.type === 'error') throw event.error;
    throw new KubeApiError({ code: 'invalid', detail: `watch of ${needs.label}: ${event.detail}` });
  }
  cell.confirm();
  if (event.type === 'bookmark') {
    position.bookmarks = true;
    needs.outcome({ kind: 'ok' });
  } else {
    apply(mind, event.type, event.object);
  }
  position.version = event.version ?? position.version;
  position.fruitless = 0;
  backoff.reset();
}

function apply<T>({ needs, cell }: Mind<T>, type: 'changed' | 'deleted', raw: RawObject): void {
  const mapped: Mapped<T> = type === 'deleted' ? { key: keyOf(raw), value: undefined } : mapObject(raw, needs.map);
  if (mapped.problem !== undefined) {
    complain(needs, mapped.problem);
    return;
  }
  if (mapped.key === undefined) return;
  // Much of what happens to an object changes nothing that we keep of it.
  if (isDeepStrictEqual(cell.get(mapped.key), mapped.value)) return;
  if (mapped.value === undefined) cell.delete(mapped.key);
  else cell.set(mapped.key, mapped.value);
  needs.changed();
}

function complain<T>(needs: InformerNeeds<T>, problem: string): void {
  needs.outcome({ kind: 'unreadable', error: { code: 'invalid', detail: `${needs.label}: ${problem}` } });
}

function good<T>(needs: InformerNeeds<T>): void {
  needs.outcome({ kind: 'ok' });
  needs.changed();
}

function failed<T>({ needs, cell, position, backoff }: Mind<T>, error: KubeApiError): number {
  if (error.status === 410 || error.status === 404 || position.fruitless > 1) position.version = undefined;
  cell.fail(error.reason);
  needs.outcome({ kind: 'failed', error: error.reason });
  needs.changed();
  const isForbidden = error.reason.code === 'denied' && error.reason.status === 403;
  return isForbidden ? jittered(needs, needs.timing.deniedRetryMs) : backoff.next(error.retryAfterMs);
}

function jittered<T>({ random }: InformerNeeds<T>, ms: number): number {
  return ms * (0.75 + 0.5 * random());
}

/** What is no failure of the API is a mistake of ours; it must not end the informer either. */
function asApiError(label: string, cause: unknown): KubeApiError {
  if (cause instanceof KubeApiError) return cause;
  const words = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  return new KubeApiError({ code: 'invalid', detail: `${label}: ${words}` }, { cause });
}
