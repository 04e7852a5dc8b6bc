import type { KubeObject } from './object.ts';

/** A change that watches are told of. */
export interface StoreEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly version: number;
  readonly key: string;
  readonly object: KubeObject;
  /** The object before, for MODIFIED and DELETED: a watch with a selector compares both. */
  readonly previous?: KubeObject;
}

/** The latest changes of one kind. */
export interface EventLog {
  append(event: StoreEvent): void;
  /** Changes after a version, oldest first; undefined when some of them are forgotten. */
  since(version: number): readonly StoreEvent[] | undefined;
  /** Forgets them all: nothing from before `newest` is known any more. */
  compact(newest: number): void;
}

/** Changes remembered of one kind. */
const MAX_EVENTS = 1000;

export function createEventLog(newest: number): EventLog {
  let events: StoreEvent[] = [];
  let floor = newest;
  return {
    append(event) {
      events.push(event);
      if (events.length <= MAX_EVENTS) return;
      const forgotten = events.length / 2;
      floor = events[Math.floor(forgotten) - 1]?.version ?? floor;
      events = events.slice(Math.floor(forgotten));
    },
    since: (version) => (version < floor ? undefined : events.filter((event) => event.version > version)),
    compact(at) {
      events = [];
      floor = at;
    },
  };
}
