import type { Config } from '../config/config.ts';
import type { AnalysisWorld } from '../model/analysis-world.ts';
import type { FindingsSince } from '../model/findings-since.ts';
import { NO_FINDINGS_SINCE } from '../model/findings-since.ts';
import type { MeshSnapshot } from '../model/snapshot.ts';
import { ANALYZERS } from '../rungs/analysis/analyzers.ts';
import { DOES_WITHOUT } from '../rungs/analysis/run-analyzer.ts';
import { analyzeMeshInSteps } from '../rungs/analysis/standing.ts';
import { givenFor, worldOf } from '../rungs/analysis/world.ts';
import type { Log } from '../runtime/log.ts';
import type { Task } from '../runtime/supervise.ts';
import type { Clock, Scheduler } from '../sources/source.ts';
import { loadFindings } from '../state/findings-file.ts';
import { askForgotten, type Forgotten } from './ask-forgotten.ts';
import { inTurns } from './in-turns.ts';
import type { Mesh } from './mesh.ts';

export interface AnalysisOptions {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
}

/** How often it is looked whether there is something to begin with. */
const BEGIN_EVERY_MS = 1000;
/** A list that has said nothing for so long is not waited for: what hangs on it is unknown. */
const LISTS_WITHIN_MS = 60_000;

/** Since when findings stood at the end of the last run. An unusable file is said in the log and costs no start. */
export async function restoredFindings({ config, clock, log }: AnalysisOptions): Promise<FindingsSince> {
  const { file } = config.history;
  if (file === undefined) return NO_FINDINGS_SINCE;
  try {
    return await loadFindings(file, clock.now());
  } catch (err) {
    log.warn({ err }, 'starting without since when findings of analysis stand');
    return NO_FINDINGS_SINCE;
  }
}

/**
 * Analyses configuration off the scrape, in pieces with pauses for others: at most every `analysis.interval`, and only
 * where something that analyzers look at has changed.
 */
export function createAnalysisTask(
  options: AnalysisOptions & { readonly mesh: Mesh; readonly scheduler: Scheduler },
): Task {
  const { config, mesh, scheduler, clock } = options;
  let last: readonly unknown[] | undefined;
  const run = async (): Promise<void> => {
    const snapshot = mesh.readNow();
    const inputs = inputsOf(snapshot);
    if (last !== undefined && isSame(last, inputs)) return;
    mesh.setAnalysis(await inTurns(analyzeMeshInSteps(snapshot)));
    last = inputs;
  };
  return {
    name: 'analysis',
    run: async (signal) => {
      if (mesh.read().findingsSince?.size === 0) await askPrometheus(options, signal);
      const deadlineMs = clock.monotonicMs() + LISTS_WITHIN_MS;
      const mayBegin = (): boolean => last !== undefined || isListed(mesh.read()) || clock.monotonicMs() > deadlineMs;
      const interval = (): number => (last === undefined ? BEGIN_EVERY_MS : config.analysis.interval);
      await scheduler.repeat('analysis', interval, async () => (mayBegin() ? run() : undefined), signal);
    },
  };
}

const NEEDS = [...new Set([...ANALYZERS.flatMap(({ needs }) => needs), ...DOES_WITHOUT])];

/** What analyzers are given, and why they are not given it: the same things as long as nothing changed for them. */
function inputsOf(snapshot: MeshSnapshot): readonly unknown[] {
  const given: AnalysisWorld = { at: snapshot.takenAt, cluster: snapshot.cluster };
  const world = worldOf(given);
  return NEEDS.flatMap((need) => [givenFor(given, need), world.unknown(need)]);
}

function isSame(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one.every((value, at) => value === other[at]);
}

/** Whether every list that is followed has been heard of: before, half of a mesh would be taken for the whole. */
function isListed({ cluster }: MeshSnapshot): boolean {
  const { namespaces, pods, services, deployments, injectors, meshConfigs, config } = cluster;
  const lists = [namespaces, pods, services, deployments, injectors, meshConfigs, ...Object.values(config)];
  return Object.keys(config).length > 0 && lists.every(({ state }) => state !== 'pending');
}

async function askPrometheus(options: AnalysisOptions & { readonly mesh: Mesh }, signal: AbortSignal): Promise<void> {
  const { askFindings } = await import('../sources/prometheus/ask-findings.ts');
  const forgotten: Forgotten<FindingsSince> = {
    what: 'since when findings of analysis stand',
    ask: askFindings,
    take(since) {
      options.mesh.restoreFindings(since);
      return { findings: since.size };
    },
  };
  await askForgotten(options, forgotten, signal);
}
