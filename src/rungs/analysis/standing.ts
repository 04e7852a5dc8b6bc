import type { AnalysisFinding } from '../../model/analysis.ts';
import type { MeshAnalysis } from '../../model/analysis-of-mesh.ts';
import type { ClusterObjects } from '../../model/cluster.ts';
import { findingKey } from '../../model/findings-since.ts';
import type { LadderSettings } from '../../model/settings.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import { runSteps, type Steps } from '../../model/steps.ts';
import { isSuppressed } from '../../model/suppression.ts';
import { analyzeInSteps } from './analyze.ts';
import { ofPartialView } from './partial-view.ts';

type Given = Pick<MeshSnapshot, 'cluster' | 'settings' | 'takenAt'>;

/** Analyses what a snapshot holds, a part at a time: to be kept in the snapshots that follow. */
export function* analyzeMeshInSteps({ cluster, settings, takenAt }: Given): Steps<MeshAnalysis> {
  const whole = yield* analyzeInSteps({ at: takenAt, cluster });
  const { findings, unknown } = settings.isPartialView ? ofPartialView(whole, settings.rootNamespace) : whole;
  const isHidden = (finding: AnalysisFinding): boolean => isSuppressed(finding, settings.suppress ?? []);
  return {
    findings: findings.filter((finding) => !isHidden(finding)),
    suppressed: findings.filter(isHidden),
    unknown,
  };
}

interface Look {
  readonly settings: LadderSettings;
  readonly found: MeshAnalysis;
}

const looked = new WeakMap<ClusterObjects, Look>();

/**
 * What analysis says of a snapshot: what somebody has kept in it, else, as in a single look, found out now.
 * @returns nothing where somebody is to keep it and has not yet found out
 */
export function analysisOf(snapshot: Given & Pick<MeshSnapshot, 'analysis'>): MeshAnalysis | undefined {
  const { analysis, cluster, settings } = snapshot;
  if (analysis !== undefined) return analysis.state === 'fresh' ? analysis.value : undefined;
  const before = looked.get(cluster);
  if (before?.settings === settings) return before.found;
  const found = runSteps(analyzeMeshInSteps(snapshot));
  looked.set(cluster, { settings, found });
  return found;
}

/** One of each code of an object. */
export function oncePerObject(findings: readonly AnalysisFinding[]): readonly AnalysisFinding[] {
  return [...new Map(findings.map((finding) => [findingKey(finding), finding])).values()];
}
