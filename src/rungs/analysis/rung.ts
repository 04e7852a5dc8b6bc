import { findingKey } from '../../model/findings-since.ts';
import { homeCluster } from '../../model/home-cluster.ts';
import { defineRung, type Rung } from '../rung.ts';
import { noSamples } from '../samples.ts';
import { examineAnalysis } from './examine.ts';
import { FAMILIES } from './families.ts';
import { findingsIn } from './findings.ts';

/** Rung 8: whether what was configured makes sense. What cannot be known of it is not told. */
export const analysis: Rung<typeof FAMILIES> = defineRung({
  id: 'analysis',
  number: 8,
  question: 'Are the Istio resources valid?',
  reads: ['cluster', 'findingsSince', 'history'],
  families: FAMILIES,
  evaluate(snapshot) {
    const lists = noSamples(FAMILIES);
    const { findingsSince } = snapshot;
    for (const finding of findingsIn(snapshot)) {
      const { code, level, object } = finding;
      const labels = {
        mesh_cluster: homeCluster(snapshot),
        code,
        level,
        object_kind: object.kind,
        object_namespace: object.namespace,
        object_name: object.name,
      };
      lists.finding.push({ labels, value: 1 });
      const since = findingsSince?.get(findingKey(finding));
      if (since !== undefined) lists.findingSince.push({ labels, value: since });
    }
    return lists;
  },
  examine: examineAnalysis,
});
