import { homeCluster } from '../model/home-cluster.ts';
import type { MeshSnapshot } from '../model/snapshot.ts';
import { compareText } from '../model/text-order.ts';
import type { DiffExcerpt } from '../sinks/report/diff-excerpt.ts';
import type { AskedLooks } from '../sources/inspection/asked-looks.ts';
import type { Mesh } from './mesh.ts';

/** What is known of one cluster, and whom to ask for looks into its Envoys. */
export interface WatchedMesh {
  readonly mesh: Mesh;
  readonly asked: AskedLooks<DiffExcerpt>;
}

/** Of one cluster at least. */
export type Snapshots = readonly [MeshSnapshot, ...(readonly MeshSnapshot[])];

/** The clusters that this process watches: the one in which it is at home, and others as they come and go. */
export interface Clusters {
  readonly home: WatchedMesh;
  /** Home first, the others by their ids. */
  ids(): readonly string[];
  /** Each as it is now, in the same order: the same list as long as none is new. */
  snapshots(): Snapshots;
  /** Home where none is named; undefined where there is none of that id. */
  of(id: string | undefined): WatchedMesh | undefined;
  /** Whether it is an id of the cluster at home. */
  isHome(id: string): boolean;
  /** Calls back after something new was learnt of any of them. Returns how to stop. */
  onChange(listener: () => void): () => void;
  /** From now on it is shown, until the function it returns is called. */
  add(id: string, watched: WatchedMesh): () => void;
}

export function createClusters(home: WatchedMesh): Clusters {
  const remote = new Map<string, WatchedMesh>();
  const listeners = new Set<() => void>();
  const tell = (): void => {
    for (const listener of listeners) listener();
  };
  home.mesh.onChange(tell);
  let last: Snapshots | undefined;
  const ordered = (): readonly (readonly [string, WatchedMesh])[] =>
    [...remote].toSorted(([one], [other]) => compareText(one, other));
  const isHome = (id: string): boolean => {
    const snapshot = home.mesh.read();
    return id === snapshot.settings.meshCluster || id === homeCluster(snapshot);
  };
  return {
    home,
    ids: () => [home.mesh.read().settings.meshCluster, ...ordered().map(([id]) => id)],
    snapshots() {
      const now: Snapshots = [home.mesh.readNow(), ...ordered().map(([, { mesh }]) => mesh.readNow())];
      const isSame = now.length === last?.length && now.every((snapshot, at) => snapshot === last?.[at]);
      if (last === undefined || !isSame) last = now;
      return last;
    },
    isHome,
    of: (id) => (id === undefined || isHome(id) ? home : remote.get(id)),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    add(id, watched) {
      remote.set(id, watched);
      const stop = watched.mesh.onChange(tell);
      tell();
      return () => {
        stop();
        if (remote.get(id) === watched) remote.delete(id);
        tell();
      };
    },
  };
}
