/** What is made of each of many things, while all of them are gone through once more. */
export interface Making<K, V> {
  /** What was made of it when they were last gone through. */
  last(thing: K): V | undefined;
  /** Has it found the next time. */
  keep(thing: K, made: V): void;
  /** All were gone through: what was kept of others is forgotten. */
  done(): void;
}

/**
 * Carries what was made of each thing over to the next time, for an owner that lasts. The owner holds it all: were it
 * held by the things, in a WeakMap, the collector of garbage would follow ten thousand entries while all else stands still.
 */
export function carriedFor<K, V>(): (owner: object) => Making<K, V> {
  const carried = new WeakMap<object, ReadonlyMap<K, V>>();
  return (owner) => {
    const before = carried.get(owner);
    const after = new Map<K, V>();
    return {
      last: (thing) => before?.get(thing),
      keep: (thing, made) => void after.set(thing, made),
      done: () => void carried.set(owner, after),
    };
  };
}
