import { type Clusters, createClusters } from './app/clusters.ts';
import { homeIstiods } from './app/istiod-part.ts';
import { connectKubernetes } from './app/kubernetes.ts';
import { createLead } from './app/lead.ts';
import { createLeadTerms } from './app/lead-terms.ts';
import { createLeadership, type Leadership, undecided } from './app/leadership.ts';
import { createMesh } from './app/mesh.ts';
import { paceOf } from './app/pace.ts';
import { createProgress, type Progress } from './app/progress.ts';
import { remoteClusters } from './app/remote-clusters.ts';
import { settingsOf } from './app/settings.ts';
import { shardOf } from './app/shard.ts';
import { createSharedIstiods } from './app/shared-istiods.ts';
import { createSourceBoard } from './app/source-board.ts';
import { createWatchedCluster } from './app/watched-cluster.ts';
import { startWeb, type Web } from './app/web.ts';
import type { Config } from './config/config.ts';
import type { Shard } from './model/shard.ts';
import { NO_HISTORY } from './model/sync-history.ts';
import { LADDER } from './rungs/index.ts';
import type { Log } from './runtime/log.ts';
import { createScheduler } from './runtime/schedule.ts';
import { supervise } from './runtime/supervise.ts';
import type { Standby } from './sinks/http/standby.ts';
import { createSelfMetrics, type SelfMetrics } from './sinks/metrics/self-metrics.ts';
import type { DiffExcerpt } from './sinks/report/diff-excerpt.ts';
import { createAskedLooks } from './sources/inspection/asked-looks.ts';
import type { Lead } from './sources/kubernetes/lease/term.ts';
import type { Clock, Scheduler } from './sources/source.ts';

/** What the exporter is given: it reads no process, no environment and no clock by itself. */
export interface ExporterOptions {
  readonly config: Config;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
  readonly clock: Clock;
  readonly build: { readonly version: string; readonly revision: string; readonly nodeVersion: string };
  /** Told once the server listens, with its real address. */
  readonly onListening?: (address: string) => void;
}

/** How long sources, and then answers under way, may take to end. */
const GRACE_MS = 8000;

/**
 * Runs the exporter until `signal` aborts: HTTP first, so that probes are answered while sources fill, then the sources;
 * the other way round to stop.
 * @throws StartError when it cannot start as it is asked to; AggregateError when something that must not end did
 */
export async function runExporter(options: ExporterOptions, signal: AbortSignal): Promise<void> {
  const { config, log, clock } = options;
  const shard = shardOf(config, options.env);
  const mesh = createMesh({ settings: settingsOf(config), clock, history: NO_HISTORY });
  const progress = createProgress(clock, log);
  const clusters = createClusters({ mesh, asked: createAskedLooks<DiffExcerpt>(clock.monotonicMs) });
  let leadership: Pick<Leadership, 'standby'> = undecided(config);
  const standby = (): Standby | undefined => leadership.standby();
  const self = selfMetricsOf(options, shard, () => standby() === undefined);
  const stopping = (): boolean => signal.aborted;
  const web = await startWeb({ ...options, ...progress, clusters, self, shard, standby, stopping });
  options.onListening?.(web.address);
  const scheduler = createScheduler({ log, onRun: self.taskTook, onMissedTick: self.tickMissed });
  try {
    const decided = (one: Leadership): void => {
      leadership = one;
    };
    await runSources({ ...options, clusters, self, scheduler, shard, progress, web, decided }, signal);
  } finally {
    scheduler.stop();
    await web.close(GRACE_MS);
    log.info({}, 'stopped');
  }
}

function selfMetricsOf({ build, config }: ExporterOptions, shard: Shard, leads: () => boolean): SelfMetrics {
  const rungs = LADDER.map((rung) => rung.id);
  return createSelfMetrics(build, config.cluster.id, rungs, {
    ...(config.role !== 'agent' && { shard }),
    ...(config.leaderElection.enabled && { leads }),
  });
}

interface Parts extends ExporterOptions {
  readonly clusters: Clusters;
  readonly self: SelfMetrics;
  readonly scheduler: Scheduler;
  readonly shard: Shard;
  readonly progress: Progress;
  readonly web: Pick<Web, 'tasks'>;
  /** Told once it is clear how it is found out who leads. */
  readonly decided: (leadership: Leadership) => void;
}

async function runSources(parts: Parts, signal: AbortSignal): Promise<void> {
  const { config, clusters, clock, progress } = parts;
  const { mesh, asked } = clusters.home;
  const board = createSourceBoard({ ...parts, mesh });
  const kubernetes = config.role === 'agent' ? undefined : await connectKubernetes(parts);
  const cluster = await createWatchedCluster({ config, mesh, board, kubernetes });
  try {
    const leadership = await createLeadership({ ...parts, kubernetes });
    parts.decided(leadership);
    if (config.leaderElection.enabled) progress.waitFor(cluster.tasks);
    const shared = createSharedIstiods();
    const terms = createLeadTerms();
    const istiods = homeIstiods({ ...parts, mesh, shared });
    const own = { ...parts, mesh, asked, board, cluster, istiods, graceMs: GRACE_MS };
    const lead = besides(createLead({ ...own, pace: paceOf(mesh, clock) }), terms.lead);
    const leading = { name: 'mesh', run: (stop: AbortSignal) => leadership.run(lead, stop) };
    const remote = await remoteClusters({ ...parts, kubernetes, board, shared, terms, graceMs: GRACE_MS });
    await supervise([...cluster.tasks, leading, ...remote, ...parts.web.tasks(parts.scheduler)], signal, 2 * GRACE_MS);
  } finally {
    await cluster.close();
  }
}

/** Both, in each term. The other one fails with nothing, and ends when it is told to. */
function besides(lead: Lead, other: Lead): Lead {
  return async (signal) => {
    await Promise.all([lead(signal), other(signal)]);
  };
}
