import type { MeshAnalysis } from '../model/analysis-of-mesh.ts';
import type { AskedTraffic } from '../model/asked-traffic.ts';
import type { EpochSeconds } from '../model/brand.ts';
import type { ClusterObjects } from '../model/cluster.ts';
import { advanceConfigChanges } from '../model/config-changes.ts';
import type { ControlPlane } from '../model/control-plane.ts';
import { advanceFindings, type FindingsSince, NO_FINDINGS_SINCE } from '../model/findings-since.ts';
import type { Inspections } from '../model/inspection.ts';
import { known, type Observed, PENDING } from '../model/observed.ts';
import { proxyTableInSteps } from '../model/proxy-table.ts';
import type { LadderSettings } from '../model/settings.ts';
import { emptySnapshot, type MeshSnapshot } from '../model/snapshot.ts';
import type { SourceHealth } from '../model/source-health.ts';
import type { SyncHistory } from '../model/sync-history.ts';
import { NO_TRAFFIC, type Traffic } from '../model/traffic.ts';
import { advanceMarks } from '../model/traffic-marks.ts';
import { advanceVerbose, NO_VERBOSE_SINCE } from '../model/verbose-since.ts';
import type { Clock } from '../sources/source.ts';
import { createStore, type Store } from '../state/store.ts';
import { advanceHistory, advanceHistoryInSteps } from '../state/sync-history.ts';
import { endpointsSeen, requestsSeen } from './endpoint-memory.ts';
import { inTurns } from './in-turns.ts';

/** What the exporter knows, as sources fill it and sinks read it. */
export interface Mesh {
  /** The last snapshot as it was published. */
  read(): MeshSnapshot;
  /**
   * The last snapshot, its moment moved on to now: what a reader sees must grow stale when sources fall silent. Readers
   * within one second get the same snapshot, and so the same scrape.
   */
  readNow(): MeshSnapshot;
  /** Calls back after something new was learnt; that time has passed is nothing new. Returns how to stop. */
  onChange(listener: () => void): () => void;
  /**
   * Does in small pieces, with pauses for others, what taking in this poll needs: history and proxy table. To be called
   * just before it is set; without it, setting it takes as long in one piece.
   */
  prepareControlPlane(value: ControlPlane): Promise<void>;
  setControlPlane(value: Observed<ControlPlane>): void;
  updateHistory(update: (history: SyncHistory) => SyncHistory): void;
  setCluster(value: ClusterObjects): void;
  /** @param isLive false while lines of the time before the start are read */
  setTraffic(value: Observed<Traffic>, isLive?: boolean): void;
  setAskedTraffic(value: Observed<AskedTraffic>): void;
  setInspections(value: Observed<Inspections>): void;
  setSources(value: readonly SourceHealth[]): void;
  setAnalysis(value: MeshAnalysis): void;
  /** Forgets all that only a leader learns: another one learns it from now on. What the cluster is like is kept. */
  forget(): void;
  /** Since when findings stood before the first analysis. */
  restoreFindings(since: FindingsSince): void;
}

export interface MeshOptions {
  readonly settings: LadderSettings;
  readonly clock: Clock;
  /** What a checkpoint gave back, if there was one. */
  readonly history: SyncHistory;
  readonly findingsSince?: FindingsSince;
}

/** Readers may share a snapshot this long. */
const SHARED_SECONDS = 1;

export function createMesh({ settings, clock, history, findingsSince = NO_FINDINGS_SINCE }: MeshOptions): Mesh {
  const store = createStore({ ...emptySnapshot(clock.now(), settings), history, analysis: PENDING, findingsSince });
  let prepared: Prepared | undefined;
  return {
    read: store.read,
    readNow: () => {
      if (clock.now() - store.read().takenAt >= SHARED_SECONDS) store.publish({ takenAt: clock.now() });
      return store.read();
    },
    onChange: (listener) => tellNews(store, listener),
    prepareControlPlane: async (value) => {
      prepared = await prepare(store.read(), value, clock.now());
    },
    setControlPlane: (controlPlane) => {
      const now = clock.now();
      const before = store.read();
      const ready = prepared?.value === known(controlPlane) && prepared?.before === before.history;
      const snapshot = { ...before, controlPlane, takenAt: now };
      const after = ready ? prepared?.history : undefined;
      prepared = undefined;
      // One publication for both: no reader sees a poll that the history has not taken in.
      store.publish({ controlPlane, takenAt: now, history: after ?? advanceHistory(before.history, snapshot, now) });
    },
    updateHistory: (update) => store.publish({ history: update(store.read().history), takenAt: clock.now() }),
    setCluster: (cluster) => {
      const at = clock.now();
      const before = store.read();
      const configChanges = advanceConfigChanges(before.configChanges, cluster, at);
      store.publish({ cluster, configChanges, takenAt: at, ...endpointsSeen(before, cluster, at) });
    },
    setTraffic: (traffic, isLive = true) => {
      const at = clock.now();
      const before = store.read();
      const { trafficMarks = [], cluster } = before;
      const counted = known(traffic);
      const marks = counted && advanceMarks(trafficMarks, { at, traffic: counted, config: cluster.config });
      const gone = counted && requestsSeen(before, counted, at, isLive);
      store.publish({ traffic, takenAt: at, ...(marks !== undefined && { trafficMarks: marks }), ...gone });
    },
    setAskedTraffic: (asked) => store.publish(askedAt(store.read(), asked, clock.now())),
    setInspections: (inspections) => store.publish({ ...inspected(store.read(), inspections), takenAt: clock.now() }),
    setSources: (sources) => store.publish({ sources, takenAt: clock.now() }),
    setAnalysis: (value) => store.publish(analysed(store.read(), value, clock.now())),
    forget: () => store.replace(withoutLead(store.read(), clock.now())),
    restoreFindings: (since) => store.publish({ findingsSince: since, takenAt: clock.now() }),
  };
}

/** What a standby knows. Which sources there are is the board's to say. */
function withoutLead(snapshot: MeshSnapshot, takenAt: EpochSeconds): MeshSnapshot {
  const { asked, trafficMarks, inspections, verboseSince, goneRequests, ...kept } = snapshot;
  const { controlPlane, history, traffic } = emptySnapshot(takenAt);
  return {
    ...kept,
    takenAt,
    controlPlane,
    history,
    traffic,
    analysis: PENDING,
    findingsSince: NO_FINDINGS_SINCE,
  };
}

function tellNews(store: Store, listener: () => void): () => void {
  let last = store.read();
  return store.subscribe((snapshot) => {
    const isNew = hasNews(last, snapshot);
    last = snapshot;
    if (isNew) listener();
  });
}

function hasNews(before: MeshSnapshot, after: MeshSnapshot): boolean {
  const names = Object.keys(after) as (keyof MeshSnapshot)[];
  return names.some((name) => name !== 'takenAt' && before[name] !== after[name]);
}

/** Nothing is counted here, but since when configuration says what it says is remembered all the same. */
function askedAt(
  { trafficMarks = [], cluster }: MeshSnapshot,
  asked: Observed<AskedTraffic>,
  at: EpochSeconds,
): Partial<MeshSnapshot> {
  const next = { at, traffic: NO_TRAFFIC, config: cluster.config };
  return { asked, takenAt: at, trafficMarks: advanceMarks(trafficMarks, next) };
}

/** What analysis has found, and since when. */
function analysed(
  { findingsSince = NO_FINDINGS_SINCE }: MeshSnapshot,
  value: MeshAnalysis,
  at: EpochSeconds,
): Partial<MeshSnapshot> {
  const since = advanceFindings(findingsSince, value.findings, at);
  return { analysis: { state: 'fresh', at, value }, findingsSince: since, takenAt: at };
}

/** What looks into Envoys have taught. */
function inspected(
  { verboseSince = NO_VERBOSE_SINCE }: MeshSnapshot,
  inspections: Observed<Inspections>,
): Pick<MeshSnapshot, 'inspections' | 'verboseSince'> {
  const looks = known(inspections);
  return { inspections, verboseSince: looks === undefined ? verboseSince : advanceVerbose(verboseSince, looks) };
}

/** What a poll has taught, before anyone sees it. */
interface Prepared {
  readonly value: ControlPlane;
  /** What it was taken in after. */
  readonly before: SyncHistory;
  readonly history: SyncHistory;
}

async function prepare(before: MeshSnapshot, value: ControlPlane, now: EpochSeconds): Promise<Prepared> {
  const snapshot: MeshSnapshot = { ...before, controlPlane: { state: 'fresh', at: now, value }, takenAt: now };
  const history = await inTurns(advanceHistoryInSteps(before.history, snapshot, now));
  // Kept for this history: the scrape that comes first finds it made.
  await inTurns(proxyTableInSteps({ ...snapshot, history }));
  return { value, before: before.history, history };
}
