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
  rungFailed(rung: string): void;
  rungTook(rung: string, seconds: number): void;
  seriesCapped(family: string, count: number): void;
  seriesRepeated(family: string, count: number): void;
  /** @param meshCluster of a task that is not of the cluster at home */
  taskTook(task: string, seconds: number, meshCluster?: string): void;
  /** A remote cluster is not watched any more. */
  clusterGone(meshCluster: string): void;
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
    rungFailed: (rung) => errors.inc({ ...cluster, rung }),
    rungTook: (rung, seconds) => rungDuration.set({ ...cluster, rung }, seconds),
    seriesCapped: (family, count) => capped.inc({ ...cluster, family }, count),
    seriesRepeated: (family, count) => repeated.inc({ ...cluster, family }, count),
    ...taskDurations(gauge(SELF_FAMILIES.taskDuration), meshCluster),
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

/** Of the cluster at home, where nothing else is said. */
function taskDurations(duration: Gauge, home: string): Pick<SelfMetrics, 'taskTook' | 'clusterGone'> {
  const tasks = new Map<string, Set<string>>();
  return {
    taskTook: (task, seconds, meshCluster = home) => {
      duration.set({ mesh_cluster: meshCluster, task }, seconds);
      tasks.set(meshCluster, (tasks.get(meshCluster) ?? new Set()).add(task));
    },
    clusterGone: (gone) => {
      for (const task of tasks.get(gone) ?? []) duration.remove({ mesh_cluster: gone, task });
      tasks.delete(gone);
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
