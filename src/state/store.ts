import type { MeshSnapshot } from '../model/snapshot.ts';

/** What sources and the history may replace; the rest of a snapshot is derived. */
export type SnapshotPatch = Partial<Omit<MeshSnapshot, 'settings'>>;

/** The single mutable cell of the program: who reads gets one frozen snapshot, whole. */
export interface Store {
  read(): MeshSnapshot;
  publish(patch: SnapshotPatch): void;
  /** Puts another one whole in its place; what it lacks is gone. */
  replace(snapshot: MeshSnapshot): void;
  /** Calls back after each publish, synchronously; returns how to stop. */
  subscribe(listener: (snapshot: MeshSnapshot) => void): () => void;
}

export function createStore(initial: MeshSnapshot): Store {
  let current = Object.freeze(initial);
  const listeners = new Set<(snapshot: MeshSnapshot) => void>();
  const replace = (snapshot: MeshSnapshot): void => {
    current = Object.freeze(snapshot);
    for (const listener of listeners) listener(current);
  };
  return {
    read: () => current,
    publish: (patch) => replace({ ...current, ...patch }),
    replace,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
