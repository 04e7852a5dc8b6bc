import type { Config } from '../config/config.ts';
import type { Observed } from '../model/observed.ts';
import type { Shard } from '../model/shard.ts';
import type { Log } from '../runtime/log.ts';
import type { SourceTask } from '../runtime/source-task.ts';
import type { DiffExcerpt } from '../sinks/report/diff-excerpt.ts';
import type { AskedLooks } from '../sources/inspection/asked-looks.ts';
import type { KubeAccess } from '../sources/kubernetes/kube-access.ts';
import type { PrometheusOptions } from '../sources/prometheus/instant-query.ts';
import type { Clock, Scheduler, Source } from '../sources/source.ts';
import { createAccessLogs } from './access-log.ts';
import type { RunningInspection } from './inspection.ts';
import type { IstiodPart } from './istiod-part.ts';
import type { Mesh } from './mesh.ts';
import { prometheusOptions } from './prometheus.ts';
import type { SourceBoard } from './source-board.ts';
import type { WatchedCluster } from './watched-cluster.ts';

/** What sources are built from. */
export interface SourceContextOptions {
  readonly config: Config;
  readonly mesh: Mesh;
  readonly scheduler: Scheduler;
  readonly clock: Clock;
  readonly log: Log;
  readonly pace: () => 'normal' | 'fast';
  readonly cluster: WatchedCluster;
  readonly board: SourceBoard;
  readonly istiods: IstiodPart;
  /** Only pods of its namespaces are looked into, and their logs followed. */
  readonly shard: Shard;
  /** Looks into Envoys that persons ask for. */
  readonly asked: AskedLooks<DiffExcerpt>;
}

/** The sources that run, and how to end what they share. */
export interface ExporterSources {
  readonly tasks: readonly SourceTask[];
  /** False while counters that a restart gave back may still run backwards. */
  caughtUp(): boolean;
  close(): Promise<void>;
}

/** Builds the sources of who leads, as the role and the configuration ask for. Each is loaded only when it runs. */
export async function createSources(options: SourceContextOptions): Promise<ExporterSources> {
  const { config, mesh, cluster, board } = options;
  const { kubernetes } = cluster;
  const tasks: SourceTask[] = [];
  const add = <T>(source: Source<T>, onValue: (value: Observed<T>) => void): void => {
    tasks.push(board.add(source, onValue));
  };
  const logs = await createAccessLogs({ ...options, api: kubernetes?.api });
  const stopTelling = logs && cluster.onObjects(logs.clusterChanged);
  if (config.role !== 'agent') add(options.istiods.source(await istiodSource(options)), mesh.setControlPlane);
  if (logs !== undefined) add(logs.source, (value) => mesh.setTraffic(value, logs.caughtUp()));
  const asked = prometheusOptions(config);
  if (logs === undefined && config.role !== 'agent' && asked !== undefined) {
    add(await prometheusSource(asked, options), mesh.setAskedTraffic);
  }
  const inspection = kubernetes && config.inspect.enabled ? await inspectionOf(options, kubernetes.access) : undefined;
  if (inspection !== undefined) add(inspection.source, mesh.setInspections);
  const close = async (): Promise<void> => {
    stopTelling?.();
    board.remove(tasks);
    await inspection?.close();
  };
  return { tasks, caughtUp: () => logs?.caughtUp() !== false, close };
}

async function inspectionOf(options: SourceContextOptions, access: KubeAccess): Promise<RunningInspection> {
  const { createInspection } = await import('./inspection.ts');
  return createInspection({ ...options, access });
}

async function istiodSource({ config, mesh, scheduler, pace, istiods }: SourceContextOptions) {
  const { createIstiodSource } = await import('../sources/istiod/source.ts');
  const { discovery, urls, interval, fastInterval, timeout, tokenFile, maxBytes } = config.istiod;
  const { access, caFile, serverName, xdsPort: port, rootNamespace } = config.istiod;
  return createIstiodSource({
    discovery:
      discovery === 'static' ? { kind: 'static', urls } : { kind: 'kubernetes', pods: () => mesh.read().cluster.pods },
    scheduler,
    pace,
    intervalMs: interval,
    fastIntervalMs: fastInterval,
    timeoutMs: timeout,
    limitBytes: maxBytes,
    prepare: istiods.prepare,
    portForward: istiods.portForward,
    access,
    caFile,
    xds: { port, serverName, rootNamespace },
    ...(tokenFile !== undefined && { tokenFile }),
  });
}

async function prometheusSource(asked: PrometheusOptions, { config, scheduler }: SourceContextOptions) {
  const { createPrometheusSource } = await import('../sources/prometheus/source.ts');
  return createPrometheusSource({ ...asked, scheduler, intervalMs: config.prometheus.interval });
}
