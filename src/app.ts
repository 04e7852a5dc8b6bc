import { createAnalysisTask, restoredFindings } from './app/analysis.ts';
import { createCatchUp } from './app/catch-up.ts';
import { createHistoryTask, restoredHistory } from './app/history.ts';
import { createMesh } from './app/mesh.ts';
import { createReadiness } from './app/readiness.ts';
import { settingsOf } from './app/settings.ts';
import { createSources } from './app/sources.ts';
import { startWeb } from './app/web.ts';
import type { Config } from './config/config.ts';
import { LADDER } from './rungs/index.ts';
import type { Log } from './runtime/log.ts';
import { createScheduler } from './runtime/schedule.ts';
import type { SourceTask } from './runtime/source-task.ts';
import { supervise } from './runtime/supervise.ts';
import { createSelfMetrics } from './sinks/metrics/self-metrics.ts';
import type { DiffExcerpt } from './sinks/report/diff-excerpt.ts';
import { createAskedLooks } from './sources/inspection/asked-looks.ts';
import type { Clock } from './sources/source.ts';
import { wantsFastPoll } from './state/pace.ts';

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
  const self = createSelfMetrics(
    options.build,
    config.cluster.id,
    LADDER.map((rung) => rung.id),
  );
  const [history, findingsSince] = await Promise.all([restoredHistory(options), restoredFindings(options)]);
  const mesh = createMesh({ settings: settingsOf(config), clock, history, findingsSince });
  let tasks: readonly SourceTask[] | undefined;
  let caughtUp = (): boolean => true;
  const withheld = createCatchUp(() => caughtUp(), clock, log);
  const unspoken = createReadiness(() => tasks, clock);
  const pending = (): readonly string[] => [
    ...unspoken(),
    ...(withheld() === undefined ? [] : ['logs of the time before the start']),
  ];
  const asked = createAskedLooks<DiffExcerpt>(clock.monotonicMs);
  const web = await startWeb({ ...options, mesh, self, asked, pending, withheld, stopping: () => signal.aborted });
  options.onListening?.(web.address);
  const scheduler = createScheduler({ log, onRun: self.taskTook, onMissedTick: self.tickMissed });
  try {
    const pace = (): 'normal' | 'fast' => (wantsFastPoll(mesh.read(), clock.now()) ? 'fast' : 'normal');
    const sources = await createSources({ ...options, mesh, scheduler, pace, asked });
    caughtUp = sources.caughtUp;
    tasks = sources.tasks;
    try {
      log.info({ role: config.role, sources: tasks.map((task) => task.name) }, 'started');
      const parts = { ...options, mesh, scheduler };
      const central = config.role === 'agent' ? [] : [createHistoryTask(parts), createAnalysisTask(parts)];
      await supervise([...tasks, ...central], signal, GRACE_MS);
    } finally {
      await sources.close();
    }
  } finally {
    scheduler.stop();
    await web.close(GRACE_MS);
    log.info({}, 'stopped');
  }
}
