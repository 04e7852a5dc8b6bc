import type { AnalysisFinding } from '../../model/analysis.ts';
import { findingKey } from '../../model/findings-since.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import { isSuppressed } from '../../model/suppression.ts';
import { analyze } from './analyze.ts';

/** What analysis finds in a snapshot and nobody wants hidden, each code once for each object. */
export function findingsIn({
  cluster,
  settings,
  takenAt,
}: Pick<MeshSnapshot, 'cluster' | 'settings' | 'takenAt'>): readonly AnalysisFinding[] {
  const { findings } = analyze({ at: takenAt, cluster });
  const wanted = findings.filter((finding) => !isSuppressed(finding, settings.suppress ?? []));
  return [...new Map(wanted.map((finding) => [findingKey(finding), finding])).values()];
}
