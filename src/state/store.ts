import type { MeshSnapshot } from '../model/snapshot.ts';

/** What sources and the history may replace; the rest of a snapshot is derived. */
export type SnapshotPatch = Partial<Omit<MeshSnapshot, 'settings'>>;

/** The single mutable cell of the program: who reads gets one frozen snapshot, whole. */
export interface Store {
  read(): MeshSnapshot;
  publish(patch: SnapshotPatch): void;
  /** Calls back after each publish, synchronously; returns how to stop. */
  subscribe(listener: (snapshot: MeshSnapshot) => void): () => void;
}

export function createStore(initial: MeshSnapshot): Store {
  let current = Object.freeze(initial);
  const listeners = new Set<(snapshot: MeshSnapshot) => void>();
  return {
    read: () => current,
    publish(patch) {
      current = Object.freeze({ ...current, ...patch });
      for (const listener of listeners) listener(current);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
