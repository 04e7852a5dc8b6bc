import { type AnalysisFinding, FINDING_LEVELS } from '../../model/analysis.ts';
import { findingKey } from '../../model/findings-since.ts';
import { homeCluster } from '../../model/home-cluster.ts';
import { known, PENDING } from '../../model/observed.ts';
import { defineRung, type Rung } from '../rung.ts';
import { noSamples } from '../samples.ts';
import { RULES } from './alerts.ts';
import { examineAnalysis } from './examine.ts';
import { FAMILIES } from './families.ts';
import { oncePerObject } from './standing.ts';

/** Rung 8: whether what was configured makes sense. What cannot be known of it is not told. */
export const analysis: Rung<typeof FAMILIES> = defineRung({
  id: 'analysis',
  number: 8,
  question: 'Are the Istio resources valid?',
  reads: ['analysis', 'findingsSince', 'history'],
  families: FAMILIES,
  rules: RULES,
  evaluate(snapshot) {
    const lists = noSamples(FAMILIES);
    const { findingsSince } = snapshot;
    // Only what is kept: to find it out takes too long for a scrape.
    const kept = known(snapshot.analysis ?? PENDING);
    if (kept === undefined) return lists;
    const mesh_cluster = homeCluster(snapshot);
    const findings = oncePerObject(kept.findings);
    for (const finding of findings) {
      const labels = { mesh_cluster, ...labelsOf(finding) };
      lists.finding.push({ labels, value: 1 });
      const since = findingsSince?.get(findingKey(finding));
      if (since !== undefined) lists.findingSince.push({ labels, value: since });
    }
    for (const level of FINDING_LEVELS) {
      const value = findings.filter((finding) => finding.level === level).length;
      lists.findings.push({ labels: { mesh_cluster, level }, value });
    }
    for (const code of new Set(kept.unknown.flatMap(({ codes }) => codes))) {
      lists.unknownCode.push({ labels: { mesh_cluster, code }, value: 1 });
    }
    return lists;
  },
  examine: examineAnalysis,
});

function labelsOf({ code, level, object }: AnalysisFinding) {
  return { code, level, object_kind: object.kind, object_namespace: object.namespace, object_name: object.name };
}
