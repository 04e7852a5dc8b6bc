import { supervise } from '../runtime/supervise.ts';
import type { Lead } from '../sources/kubernetes/lease/term.ts';
import { type AnalysisOptions, createAnalysisTask, restoredFindings } from './analysis.ts';
import { createHistoryTask, recallHistory, restoredHistory } from './history.ts';
import type { Progress } from './progress.ts';
import { createSources, type SourceContextOptions } from './sources.ts';

export interface LeadOptions extends SourceContextOptions, AnalysisOptions {
  readonly progress: Progress;
  readonly graceMs: number;
}

/**
 * What the one replica does that tells of the mesh: it asks the istiods, reads logs, looks into Envoys, and remembers.
 * It begins with what was known before, as after a start, and learns the rest anew: what it knew when it led the last
 * time is old.
 */
export function createLead(options: LeadOptions): Lead {
  const { config, mesh, cluster, progress, log, graceMs } = options;
  const elects = config.leaderElection.enabled;
  return async (signal) => {
    const [history, findingsSince] = await Promise.all([restoredHistory(options), restoredFindings(options)]);
    mesh.updateHistory(() => history);
    mesh.restoreFindings(findingsSince);
    const isAgent = config.role === 'agent';
    // Before anybody is polled: who is not known to be out of sync at the first poll would look recovered.
    const { recalling } = isAgent ? { recalling: Promise.resolve() } : await recallHistory(options, signal);
    const sources = await createSources(options);
    progress.counting(sources.caughtUp);
    const all = [...cluster.tasks, ...sources.tasks];
    // A standby is as ready as it can be without them.
    if (!elects) progress.waitFor(all);
    try {
      log.info({ role: config.role, sources: all.map((task) => task.name) }, 'started');
      const central = isAgent ? [] : [createHistoryTask({ ...options, recalling }), createAnalysisTask(options)];
      await supervise([...sources.tasks, ...central], signal, graceMs);
    } finally {
      await sources.close();
      if (elects) mesh.forget();
    }
  };
}
