import type { AnalysisFinding } from '../../model/analysis.ts';
import type { AnalysisWorld } from '../../model/analysis-world.ts';
import type { Steps } from '../../model/steps.ts';
import type { Analyzer } from './analyzer.ts';
import { findingOf } from './codes.ts';
import type { Need } from './needs.ts';
import { givenFor, type World } from './world.ts';

/** What analyzers look at where it is known, without needing it. */
export const DOES_WITHOUT: readonly Need[] = ['nodes', 'injectorValues', 'meshConfigs', 'services'];

interface Run {
  readonly inputs: readonly unknown[];
  readonly findings: readonly AnalysisFinding[];
}

const lastRuns = new WeakMap<Analyzer, Run>();

/** Runs an analyzer, or gives what it said last where nothing of what it looks at has changed: pods come and go. */
export function* runAnalyzer(
  analyzer: Analyzer,
  world: World,
  given: AnalysisWorld,
): Steps<readonly AnalysisFinding[]> {
  const inputs = inputsOf(analyzer, given);
  const last = lastRuns.get(analyzer);
  if (last !== undefined && isSame(last.inputs, inputs)) return last.findings;
  const findings: AnalysisFinding[] = [];
  const steps = analyzer.analyze(world, (code, object, values) => findings.push(findingOf(code, object, values)));
  if (steps !== undefined) yield* steps;
  lastRuns.set(analyzer, { inputs, findings });
  return findings;
}

/** Time counts only for what runs out. */
function inputsOf({ needs }: Analyzer, given: AnalysisWorld): readonly unknown[] {
  const time = needs.includes('secrets') ? given.at : 0;
  // What is known to be empty is not what is unknown.
  const optional = DOES_WITHOUT.map((need) => givenFor(given, need));
  return [time, ...needs.map((need) => givenFor(given, need)), ...optional];
}

function isSame(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one.length === other.length && one.every((value, at) => value === other[at]);
}
