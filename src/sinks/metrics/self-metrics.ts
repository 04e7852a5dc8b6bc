import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { FamilySpec } from '../../rungs/rung.ts';
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
  taskTook(task: string, seconds: number): void;
  tickMissed(): void;
  rendered(seconds: number): void;
  /** The text of all of them, process and Node metrics included. */
  text(): Promise<string>;
}

/**
 * @param meshCluster a label of all but `build_info`, as of every family of the ladder
 * @param rungs each starts its error counter at 0, so that the first error is seen as an increase
 */
export function createSelfMetrics(build: BuildInfo, meshCluster: string, rungs: readonly string[]): SelfMetrics {
  const registers = [new Registry()];
  const [register] = registers;
  const gauge = ({ name, help, labels }: FamilySpec) => new Gauge({ name, help, labelNames: [...labels], registers });
  const counter = ({ name, help, labels }: FamilySpec) =>
    new Counter({ name, help, labelNames: [...labels], registers });
  const cluster = { mesh_cluster: meshCluster };

  gauge(SELF_FAMILIES.buildInfo).set(
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
  if (register !== undefined) collectProcessMetrics(register);

  return {
    rungFailed: (rung) => errors.inc({ ...cluster, rung }),
    rungTook: (rung, seconds) => rungDuration.set({ ...cluster, rung }, seconds),
    seriesCapped: (family, count) => capped.inc({ ...cluster, family }, count),
    seriesRepeated: (family, count) => repeated.inc({ ...cluster, family }, count),
    taskTook: (task, seconds) => taskDuration.set({ ...cluster, task }, seconds),
    tickMissed: () => missedTicks.inc(cluster),
    rendered: (seconds) => renderDuration.set(cluster, seconds),
    text: async () => (await register?.metrics()) ?? '',
  };
}

/** Gauges that prom-client names like counters; each has a sibling without the suffix that says the same by type. */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

function collectProcessMetrics(register: Registry): void {
  collectDefaultMetrics({ register });
  for (const name of MISNAMED) register.removeSingleMetric(name);
}
