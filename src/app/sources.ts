import type { Config } from '../config/config.ts';
import type { ClusterObjects } from '../model/cluster.ts';
import { known, type Observed } from '../model/observed.ts';
import type { Log } from '../runtime/log.ts';
import { createSourceTask, type SourceTask } from '../runtime/source-task.ts';
import type { DiffExcerpt } from '../sinks/report/diff-excerpt.ts';
import type { AskedLooks } from '../sources/inspection/asked-looks.ts';
import type { KubeAccess } from '../sources/kubernetes/kube-access.ts';
import type { KubeApi } from '../sources/kubernetes/kube-api.ts';
import type { PrometheusOptions } from '../sources/prometheus/instant-query.ts';
import type { Clock, Scheduler, Source } from '../sources/source.ts';
import { type AccessLogs, createAccessLogs } from './access-log.ts';
import type { RunningInspection } from './inspection.ts';
import { connectKubernetes } from './kubernetes.ts';
import type { Mesh } from './mesh.ts';
import { prometheusOptions } from './prometheus.ts';

/** What sources are built from. */
export interface SourceContextOptions {
  readonly config: Config;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly mesh: Mesh;
  readonly scheduler: Scheduler;
  readonly clock: Clock;
  readonly log: Log;
  readonly pace: () => 'normal' | 'fast';
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

/** Builds the sources that the role and the configuration ask for. Each is loaded only when it runs. */
export async function createSources(options: SourceContextOptions): Promise<ExporterSources> {
  const { config, mesh } = options;
  const tasks: SourceTask[] = [];
  const add = <T>(source: Source<T>, onValue: (value: Observed<T>) => void): void => {
    const onHealth = (): void => mesh.setSources(tasks.map((task) => task.health()));
    tasks.push(createSourceTask({ source, onValue, onHealth, clock: options.clock, log: options.log }));
    onHealth();
  };
  const kubernetes = config.role === 'agent' ? undefined : await connectKubernetes(options);
  const logs = await createAccessLogs({ ...options, api: kubernetes?.api });
  if (config.role !== 'agent') add(await istiodSource(options), mesh.setControlPlane);
  if (kubernetes !== undefined) {
    add(await kubernetesSource(options, kubernetes.api), (value) => takeCluster(mesh, logs, known(value)));
  }
  if (logs !== undefined) add(logs.source, (value) => mesh.setTraffic(value, logs.caughtUp()));
  const asked = prometheusOptions(config);
  if (logs === undefined && config.role !== 'agent' && asked !== undefined) {
    add(await prometheusSource(asked, options), mesh.setAskedTraffic);
  }
  const inspection = kubernetes && config.inspect.enabled ? await inspectionOf(options, kubernetes.access) : undefined;
  if (inspection !== undefined) add(inspection.source, mesh.setInspections);
  const close = async (): Promise<void> => void (await Promise.all([kubernetes?.close(), inspection?.close()]));
  return { tasks, caughtUp: () => logs?.caughtUp() !== false, close };
}

function takeCluster(mesh: Mesh, logs: AccessLogs | undefined, cluster: ClusterObjects | undefined): void {
  if (cluster === undefined) return;
  mesh.setCluster(cluster);
  logs?.clusterChanged(cluster);
}

async function inspectionOf(options: SourceContextOptions, access: KubeAccess): Promise<RunningInspection> {
  const { createInspection } = await import('./inspection.ts');
  return createInspection({ ...options, access });
}

async function istiodSource({ config, mesh, scheduler, pace }: SourceContextOptions) {
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
    prepare: mesh.prepareControlPlane,
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

async function kubernetesSource({ config }: SourceContextOptions, api: KubeApi) {
  const { createKubernetesSource } = await import('../sources/kubernetes/source.ts');
  const { rootNamespace } = config.istiod;
  return createKubernetesSource({ api, namespaces: config.kubernetes.namespaces, rootNamespace });
}
