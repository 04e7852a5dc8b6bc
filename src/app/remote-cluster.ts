import type { Config } from '../config/config.ts';
import type { Shard } from '../model/shard.ts';
import { NO_HISTORY } from '../model/sync-history.ts';
import type { Log } from '../runtime/log.ts';
import { createScheduler } from '../runtime/schedule.ts';
import { supervise } from '../runtime/supervise.ts';
import type { SelfMetrics } from '../sinks/metrics/self-metrics.ts';
import type { DiffExcerpt } from '../sinks/report/diff-excerpt.ts';
import { createAskedLooks } from '../sources/inspection/asked-looks.ts';
import type { KubeAccess } from '../sources/kubernetes/kube-access.ts';
import type { PortForward } from '../sources/pod-port.ts';
import type { Clock, Scheduler } from '../sources/source.ts';
import { newHealth, nextHealth } from '../state/source-health.ts';
import type { Clusters } from './clusters.ts';
import { connectionTo, type KubernetesConnection } from './kubernetes.ts';
import { createLead } from './lead.ts';
import type { LeadTerms } from './lead-terms.ts';
import { createMesh } from './mesh.ts';
import { paceOf } from './pace.ts';
import { createProgress } from './progress.ts';
import { remoteConfig } from './remote-config.ts';
import { remoteIstiods } from './remote-istiods.ts';
import { settingsOf } from './settings.ts';
import type { SharedIstiods } from './shared-istiods.ts';
import { createSourceBoard } from './source-board.ts';
import { createWatchedCluster } from './watched-cluster.ts';

export interface RemoteClusterOptions {
  /** Of the exporter, at home. */
  readonly config: Config;
  readonly clusters: Clusters;
  readonly shared: SharedIstiods;
  readonly terms: LeadTerms;
  readonly self: SelfMetrics;
  readonly shard: Shard;
  readonly clock: Clock;
  readonly log: Log;
  readonly graceMs: number;
}

/** Where a remote cluster is, and what it is called. */
export interface RemotePlace {
  readonly id: string;
  readonly access: KubeAccess;
}

/** Watches one remote cluster until `signal` aborts: its lists in every replica, all else by the one that leads. */
export async function watchRemoteCluster(
  { id, access }: RemotePlace,
  options: RemoteClusterOptions,
  signal: AbortSignal,
): Promise<void> {
  const { self } = options;
  const log = options.log.child({ cluster: id });
  const kubernetes = await connectionTo(access, log);
  const metrics = self.remoteCluster(id);
  const scheduler = createScheduler({ log, onRun: metrics.taskTook });
  try {
    await watch({ ...options, id, log, kubernetes, scheduler, config: remoteConfig(options.config, id) }, signal);
  } finally {
    scheduler.stop();
    metrics.gone();
    await kubernetes.close();
  }
}

interface Watch extends RemoteClusterOptions {
  readonly id: string;
  readonly kubernetes: KubernetesConnection;
  readonly scheduler: Scheduler;
}

async function watch(options: Watch, signal: AbortSignal): Promise<void> {
  const { id, config, clusters, clock, graceMs, shared, kubernetes, log } = options;
  const mesh = createMesh({ settings: settingsOf(config), clock, history: NO_HISTORY });
  const asked = createAskedLooks<DiffExcerpt>(clock.monotonicMs);
  const board = createSourceBoard({ mesh, clock, log });
  const cluster = await createWatchedCluster({ config, mesh, board, kubernetes });
  const portForward = config.remoteClusters.portForward ? await portForwardTo(kubernetes.access) : undefined;
  const istiods = remoteIstiods({ cluster: id, mesh, shared, home: clusters.home.mesh, portForward });
  const own = { ...options, mesh, asked, board, cluster, istiods };
  const lead = createLead({ ...own, pace: paceOf(mesh, clock), progress: createProgress(clock, log) });
  const leading = { name: 'lead', run: (stop: AbortSignal) => options.terms.inEach(lead, stop) };
  const leave = clusters.add(id, { mesh, asked });
  try {
    await supervise([...cluster.tasks, leading], signal, 2 * graceMs);
  } finally {
    leave();
  }
}

/** Shows a cluster that cannot be watched as one whose Kubernetes API gives nothing. @returns how to end that */
export function showBlind(id: string, error: unknown, { config, clusters, clock }: RemoteClusterOptions): () => void {
  const mesh = createMesh({ settings: settingsOf(remoteConfig(config, id)), clock, history: NO_HISTORY });
  const detail = error instanceof Error ? error.message : String(error);
  const failed = { ok: false, errors: [{ code: 'invalid', detail }] } as const;
  mesh.setSources([nextHealth(newHealth('kubernetes'), failed, clock.now())]);
  return clusters.add(id, { mesh, asked: createAskedLooks<DiffExcerpt>(clock.monotonicMs) });
}

async function portForwardTo(access: KubeAccess): Promise<PortForward> {
  const { createPortForward } = await import('../sources/kubernetes/port-forward.ts');
  return createPortForward({ access });
}
