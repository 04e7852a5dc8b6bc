import { Counter, collectDefaultMetrics, Gauge, type GaugeConfiguration, Registry } from 'prom-client';
import type { EpochSeconds } from '../../model/brand.ts';
import type { Shard } from '../../model/shard.ts';
import type { FamilySpec } from '../../rungs/rung.ts';
import { REFUSAL_REASONS, type RefusalReason } from '../http/security/refusal.ts';
import { SELF_FAMILIES } from './self-families.ts';

/** Who we are, for `meshladder_build_info`. */
export interface BuildInfo {
  readonly version: string;
  /** Commit the program was built from; `""` when run from its sources. */
  readonly revision: string;
  readonly nodeVersion: string;
}

/** The exporter's own metrics: few, so prom-client keeps and writes them, in a registry of its own. */
export interface SelfMetrics {
  /** @param meshCluster in whose snapshot */
  rungFailed(rung: string, meshCluster: string): void;
  rungTook(rung: string, seconds: number): void;
  seriesCapped(family: string, count: number): void;
  seriesRepeated(family: string, count: number): void;
  taskTook(task: string, seconds: number): void;
  /** Another cluster is watched from now on. */
  remoteCluster(meshCluster: string): RemoteClusterMetrics;
  tickMissed(): void;
  rendered(seconds: number): void;
  requestRefused(reason: RefusalReason): void;
  /** @param at when it was taken; undefined: it could not be, and what was before stays in use */
  webConfigRead(at: EpochSeconds | undefined): void;
  /** The text of all of them, process and Node metrics included. */
  text(): Promise<string>;
  /** The same without what tells of work on the mesh: all that a standby exposes. */
  processText(): Promise<string>;
}

/** What is told of work on one remote cluster. */
export interface RemoteClusterMetrics {
  taskTook(task: string, seconds: number): void;
  /** It is not watched any more: nothing is told of it, whatever still ends. */
  gone(): void;
}

/** What this exporter is among others. */
export interface ReplicaFacts {
  /** Whether it leads, at this moment; absent where nobody is elected. */
  readonly leads?: () => boolean;
  /** Absent where it exposes nothing that could be divided. */
  readonly shard?: Shard;
}

/**
 * @param meshCluster a label of all but `build_info`, as of every family of the ladder
 * @param rungs each starts its error counter at 0, so that the first error is seen as an increase
 */
export function createSelfMetrics(
  build: BuildInfo,
  meshCluster: string,
  rungs: readonly string[],
  replica: ReplicaFacts = {},
): SelfMetrics {
  /** Of the process, whatever it does; and of its work on the mesh. */
  const [ofProcess, work] = [new Registry(), new Registry()];
  const gauge = (family: FamilySpec, register = work) => new Gauge(optionsOf(family, register));
  const counter = (family: FamilySpec, register = work) => new Counter(optionsOf(family, register));
  const cluster = { mesh_cluster: meshCluster };

  gauge(SELF_FAMILIES.buildInfo, ofProcess).set(
    { version: build.version, revision: build.revision, node_version: build.nodeVersion },
    1,
  );
  const errors = counter(SELF_FAMILIES.rungErrors);
  for (const rung of rungs) errors.inc({ ...cluster, rung }, 0);
  const rungDuration = gauge(SELF_FAMILIES.rungDuration);
  const capped = counter(SELF_FAMILIES.seriesCapped);
  const repeated = counter(SELF_FAMILIES.seriesRepeated);
  const taskDuration = gauge(SELF_FAMILIES.taskDuration);
  const missedTicks = counter(SELF_FAMILIES.missedTicks);
  missedTicks.inc(cluster, 0);
  const renderDuration = gauge(SELF_FAMILIES.renderDuration);
  const refused = counter(SELF_FAMILIES.requestsRefused, ofProcess);
  for (const reason of REFUSAL_REASONS) refused.inc({ ...cluster, reason }, 0);
  const reloadOk = gauge(SELF_FAMILIES.webConfigReloadOk, ofProcess);
  const reloadedAt = gauge(SELF_FAMILIES.webConfigReloadedAt, ofProcess);
  if (replica.shard !== undefined) tellShard(replica.shard, meshCluster, gauge);
  if (replica.leads !== undefined) tellLead(replica.leads, cluster, optionsOf(SELF_FAMILIES.leader, ofProcess));
  collectProcessMetrics(ofProcess);

  return {
    rungFailed: (rung, of) => errors.inc({ mesh_cluster: of, rung }),
    rungTook: (rung, seconds) => rungDuration.set({ ...cluster, rung }, seconds),
    seriesCapped: (family, count) => capped.inc({ ...cluster, family }, count),
    seriesRepeated: (family, count) => repeated.inc({ ...cluster, family }, count),
    taskTook: (task, seconds) => taskDuration.set({ ...cluster, task }, seconds),
    remoteCluster: (id) => remoteMetrics(id, { taskDuration, errors, rungs }),
    tickMissed: () => missedTicks.inc(cluster),
    rendered: (seconds) => renderDuration.set(cluster, seconds),
    requestRefused: (reason) => refused.inc({ ...cluster, reason }),
    webConfigRead: (at) => {
      reloadOk.set(cluster, at === undefined ? 0 : 1);
      if (at !== undefined) reloadedAt.set(cluster, at);
    },
    text: async () => (await ofProcess.metrics()) + (await work.metrics()),
    processText: () => ofProcess.metrics(),
  };
}

interface RemoteParts {
  readonly taskDuration: Gauge;
  readonly errors: Counter;
  readonly rungs: readonly string[];
}

function remoteMetrics(id: string, { taskDuration, errors, rungs }: RemoteParts): RemoteClusterMetrics {
  const tasks = new Set<string>();
  let isGone = false;
  for (const rung of rungs) errors.inc({ mesh_cluster: id, rung }, 0);
  return {
    taskTook: (task, seconds) => {
      if (isGone) return;
      tasks.add(task);
      taskDuration.set({ mesh_cluster: id, task }, seconds);
    },
    gone: () => {
      isGone = true;
      for (const task of tasks) taskDuration.remove({ mesh_cluster: id, task });
      for (const rung of rungs) errors.remove({ mesh_cluster: id, rung });
    },
  };
}

function optionsOf({ name, help, labels }: FamilySpec, register: Registry) {
  return { name, help, labelNames: [...labels], registers: [register] };
}

function tellShard({ index, count }: Shard, meshCluster: string, gauge: (family: FamilySpec) => Gauge): void {
  const cluster = { mesh_cluster: meshCluster };
  gauge(SELF_FAMILIES.shardOrdinal).set({ ...cluster, shard_ordinal: String(index) }, index);
  gauge(SELF_FAMILIES.totalShards).set(cluster, count);
}

/** Asked at each scrape: a lead ends by the clock. */
function tellLead(leads: () => boolean, cluster: { mesh_cluster: string }, options: GaugeConfiguration<string>): void {
  new Gauge({
    ...options,
    collect() {
      this.set(cluster, leads() ? 1 : 0);
    },
  });
}

/** Gauges that prom-client names like counters; each has a sibling without the suffix that says the same by type. */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

function collectProcessMetrics(register: Registry): void {
  collectDefaultMetrics({ register });
  for (const name of MISNAMED) register.removeSingleMetric(name);
}
