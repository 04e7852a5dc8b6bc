import {
  type Analysis,
  type AnalysisFinding,
  FINDING_LEVELS,
  objectPath,
  type UnknownCodes,
} from '../../model/analysis.ts';
import type { AnalysisWorld } from '../../model/analysis-world.ts';
import { findingKey } from '../../model/findings-since.ts';
import { runSteps, type Steps } from '../../model/steps.ts';
import { compareText } from '../../model/text-order.ts';
import type { Analyzer } from './analyzer.ts';
import { ANALYZERS } from './analyzers.ts';
import { suppressedByObjects } from './object-suppressions.ts';
import { runAnalyzer } from './run-analyzer.ts';
import { statusFindings } from './status-messages.ts';
import { type World, worldOf } from './world.ts';

/** Kubernetes' own namespaces are looked up but not found fault with, as with istioctl. */
const LEFT_ALONE: ReadonlySet<string> = new Set([
  'kube-system',
  'kube-public',
  'kube-node-lease',
  'local-path-storage',
]);

const made = new WeakMap<AnalysisWorld['cluster'], Analysis>();

/**
 * What is wrong with the objects of a mesh, and what of it cannot be known. Never throws, whatever a spec holds.
 * Of the same cluster objects, and where time plays no part, the same answer is given again.
 */
export function analyze(given: AnalysisWorld): Analysis {
  return runSteps(analyzeInSteps(given));
}

/** The same, a part at a time. */
export function* analyzeInSteps(given: AnalysisWorld): Steps<Analysis> {
  if (!isOfClusterAlone(given)) return yield* analyzeAnew(given);
  const analysis = made.get(given.cluster) ?? (yield* analyzeAnew(given));
  made.set(given.cluster, analysis);
  return analysis;
}

/** Certificates run out; nothing that a cluster's objects say does. */
function isOfClusterAlone({ secrets, nodes, injectorValues, resourceDefinitions }: AnalysisWorld): boolean {
  return [secrets, nodes, injectorValues, resourceDefinitions].every((more) => more === undefined);
}

function* analyzeAnew(given: AnalysisWorld): Steps<Analysis> {
  const world = worldOf(given);
  const runs: (readonly AnalysisFinding[])[] = [];
  const blind = new Map<Analyzer, string>();
  for (const analyzer of ANALYZERS) {
    const why = whyBlind(analyzer, world);
    if (why === undefined) runs.push(yield* runAnalyzer(analyzer, world, given));
    else blind.set(analyzer, why);
    yield;
  }
  const found = runs.flat();
  const unknown = unknownCodes(blind);
  const said = new Set(found.map(findingKey));
  const told = statusFindings(world, new Set(unknown.flatMap(({ codes }) => codes)));
  const all = [...found, ...told.filter((finding) => !said.has(findingKey(finding)))];
  yield;
  const isSuppressed = suppressedByObjects(world);
  yield;
  return { findings: inOrder(all.filter((finding) => !isLeftAlone(finding) && !isSuppressed(finding))), unknown };
}

function whyBlind({ needs }: Analyzer, world: World): string | undefined {
  const reasons = needs.flatMap((need) => world.unknown(need) ?? []);
  return reasons.length === 0 ? undefined : reasons.join('; ');
}

/** One entry for each reason. A code that another analyzer gives too is unknown all the same: it was not all looked at. */
function unknownCodes(blind: ReadonlyMap<Analyzer, string>): readonly UnknownCodes[] {
  const byReason = new Map<string, Set<string>>();
  for (const [{ codes }, why] of blind) {
    byReason.set(why, new Set([...(byReason.get(why) ?? []), ...codes]));
  }
  const entries = [...byReason].map(([why, codes]) => ({ codes: [...codes].sort(compareText), why }));
  return entries.sort((one, other) => compareText(one.why, other.why));
}

function isLeftAlone({ object }: AnalysisFinding): boolean {
  return LEFT_ALONE.has(object.kind === 'Namespace' ? object.name : object.namespace);
}

/** Worst first; what is said twice is said once. */
export function inOrder(findings: readonly AnalysisFinding[]): readonly AnalysisFinding[] {
  const sorted = [...findings].sort(compareFindings);
  return sorted.filter((finding, at) => at === 0 || compareFindings(sorted[at - 1] ?? finding, finding) !== 0);
}

function compareFindings(one: AnalysisFinding, other: AnalysisFinding): number {
  return (
    FINDING_LEVELS.indexOf(one.level) - FINDING_LEVELS.indexOf(other.level) ||
    compareText(one.code, other.code) ||
    compareText(objectPath(one.object), objectPath(other.object)) ||
    compareText(one.text, other.text)
  );
}
