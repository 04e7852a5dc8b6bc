import type { ClusterObjects } from '../model/cluster.ts';
import type { ControlPlane } from '../model/control-plane.ts';
import { known, type Observed } from '../model/observed.ts';
import type { LadderSettings } from '../model/settings.ts';
import { emptySnapshot, type MeshSnapshot } from '../model/snapshot.ts';
import type { SourceHealth } from '../model/source-health.ts';
import type { SyncHistory } from '../model/sync-history.ts';
import type { Traffic } from '../model/traffic.ts';
import { advanceMarks } from '../model/traffic-marks.ts';
import type { Clock } from '../sources/source.ts';
import { createStore } from '../state/store.ts';
import { advanceHistory } from '../state/sync-history.ts';

/** What the exporter knows, as sources fill it and sinks read it. */
export interface Mesh {
  /** The last snapshot as it was published. */
  read(): MeshSnapshot;
  /**
   * The last snapshot, its moment moved on to now: what a reader sees must grow stale when sources fall silent. Readers
   * within one second get the same snapshot, and so the same scrape.
   */
  readNow(): MeshSnapshot;
  setControlPlane(value: Observed<ControlPlane>): void;
  updateHistory(update: (history: SyncHistory) => SyncHistory): void;
  setCluster(value: ClusterObjects): void;
  setTraffic(value: Observed<Traffic>): void;
  setSources(value: readonly SourceHealth[]): void;
}

export interface MeshOptions {
  readonly settings: LadderSettings;
  readonly clock: Clock;
  /** What a checkpoint gave back, if there was one. */
  readonly history: SyncHistory;
}

/** Readers may share a snapshot this long. */
const SHARED_SECONDS = 1;

export function createMesh({ settings, clock, history }: MeshOptions): Mesh {
  const store = createStore({ ...emptySnapshot(clock.now(), settings), history });
  return {
    read: store.read,
    readNow: () => {
      if (clock.now() - store.read().takenAt >= SHARED_SECONDS) store.publish({ takenAt: clock.now() });
      return store.read();
    },
    setControlPlane: (controlPlane) => {
      const now = clock.now();
      const before = store.read();
      // One publication for both: no reader sees a poll that the history has not taken in.
      const snapshot = { ...before, controlPlane, takenAt: now };
      store.publish({ controlPlane, takenAt: now, history: advanceHistory(before.history, snapshot, now) });
    },
    updateHistory: (update) => store.publish({ history: update(store.read().history), takenAt: clock.now() }),
    setCluster: (cluster) => store.publish({ cluster, takenAt: clock.now() }),
    setTraffic: (traffic) => {
      const at = clock.now();
      const { trafficMarks = [], cluster } = store.read();
      const counted = known(traffic);
      const marks = counted && advanceMarks(trafficMarks, { at, traffic: counted, config: cluster.config });
      store.publish({ traffic, takenAt: at, ...(marks !== undefined && { trafficMarks: marks }) });
    },
    setSources: (sources) => store.publish({ sources, takenAt: clock.now() }),
  };
}
