import { createEventLog, type StoreEvent } from './event-log.ts';
import type { KubeObject } from './object.ts';
import type { Resource } from './resources.ts';

/** One stored object. */
export interface Entry {
  readonly key: string;
  readonly version: number;
  read(): KubeObject;
}

/** Objects of one kind, in the order of their keys, and what lately became of them. */
export interface Collection {
  readonly resource: Resource;
  get(key: string): Entry | undefined;
  /** All of them, now or as they were at a version; undefined when that is forgotten. */
  entries(asOf?: number): readonly Entry[] | undefined;
  /** Changes after a version, oldest first; undefined when some of them are forgotten. */
  since(version: number): readonly StoreEvent[] | undefined;
  /** Told of each change, synchronously. Returns how to stop. */
  subscribe(listener: (event: StoreEvent) => void): () => void;
  put(key: string, object: KubeObject, version: number): void;
  remove(key: string, last: KubeObject, version: number): void;
  fill(entries: readonly Entry[]): void;
  compact(): void;
}

/** @param newest the store's newest version */
export function createCollection(resource: Resource, newest: () => number): Collection {
  const byKey = new Map<string, Entry>();
  const log = createEventLog(newest());
  const listeners = new Set<(event: StoreEvent) => void>();
  let sorted: readonly Entry[] | undefined;

  const tell = (event: StoreEvent): void => {
    sorted = undefined;
    log.append(event);
    for (const listener of listeners) listener(event);
  };
  const put: Collection['put'] = (key, object, version) => {
    const previous = byKey.get(key)?.read();
    byKey.set(key, stored(key, object, version));
    const type = previous === undefined ? 'ADDED' : 'MODIFIED';
    tell({ type, version, key, object, ...(previous !== undefined && { previous }) });
  };

  return {
    resource,
    get: (key) => byKey.get(key),
    entries(asOf = newest()) {
      const later = log.since(asOf);
      if (later !== undefined && later.length > 0) return inOrder(rewound(byKey, later));
      if (later !== undefined) sorted ??= inOrder(byKey);
      return later && sorted;
    },
    since: log.since,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    put,
    remove(key, object, version) {
      const previous = byKey.get(key)?.read();
      byKey.delete(key);
      tell({ type: 'DELETED', version, key, object, ...(previous !== undefined && { previous }) });
    },
    fill(entries) {
      for (const entry of entries) byKey.set(entry.key, entry);
      sorted = undefined;
    },
    compact: () => log.compact(newest()),
  };
}

function stored(key: string, object: KubeObject, version: number): Entry {
  return { key, version, read: () => object };
}

function inOrder(byKey: ReadonlyMap<string, Entry>): readonly Entry[] {
  return [...byKey.values()].sort((one, other) => (one.key < other.key ? -1 : 1));
}

/** The state before these changes: each is undone, newest first. */
function rewound(byKey: ReadonlyMap<string, Entry>, later: readonly StoreEvent[]): ReadonlyMap<string, Entry> {
  const past = new Map(byKey);
  for (const { key, previous } of later.toReversed()) {
    if (previous === undefined) past.delete(key);
    else past.set(key, stored(key, previous, Number(previous.metadata.resourceVersion)));
  }
  return past;
}
