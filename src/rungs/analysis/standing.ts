import type { AnalysisFinding } from '../../model/analysis.ts';
import type { MeshAnalysis } from '../../model/analysis-of-mesh.ts';
import type { ClusterObjects } from '../../model/cluster.ts';
import { findingKey } from '../../model/findings-since.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import { runSteps, type Steps } from '../../model/steps.ts';
import { isSuppressed } from '../../model/suppression.ts';
import { analyzeInSteps } from './analyze.ts';

type Given = Pick<MeshSnapshot, 'cluster' | 'settings' | 'takenAt'>;

/** Analyses what a snapshot holds, a part at a time: to be kept in the snapshots that follow. */
export function* analyzeMeshInSteps({ cluster, settings, takenAt }: Given): Steps<MeshAnalysis> {
  const { findings, unknown } = yield* analyzeInSteps({ at: takenAt, cluster });
  const isHidden = (finding: AnalysisFinding): boolean => isSuppressed(finding, settings.suppress ?? []);
  return {
    findings: findings.filter((finding) => !isHidden(finding)),
    suppressed: findings.filter(isHidden),
    unknown,
  };
}

const looked = new WeakMap<ClusterObjects, MeshAnalysis>();

/**
 * What analysis says of a snapshot: what somebody has kept in it, else, as in a single look, found out now.
 * @returns nothing where somebody is to keep it and has not yet found out
 */
export function analysisOf(snapshot: Given & Pick<MeshSnapshot, 'analysis'>): MeshAnalysis | undefined {
  const { analysis, cluster } = snapshot;
  if (analysis !== undefined) return analysis.state === 'fresh' ? analysis.value : undefined;
  const before = looked.get(cluster);
  if (before !== undefined) return before;
  const found = runSteps(analyzeMeshInSteps(snapshot));
  looked.set(cluster, found);
  return found;
}

/** One of each code of an object. */
export function oncePerObject(findings: readonly AnalysisFinding[]): readonly AnalysisFinding[] {
  return [...new Map(findings.map((finding) => [findingKey(finding), finding])).values()];
}
