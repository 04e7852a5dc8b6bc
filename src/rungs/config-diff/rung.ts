import { current } from '../../model/current.ts';
import { ENVOY_SECTIONS } from '../../model/envoy-resource.ts';
import { homeCluster } from '../../model/home-cluster.ts';
import { defineRung, type Rung } from '../rung.ts';
import { noSamples } from '../samples.ts';
import { RULES } from './alerts.ts';
import { examineConfigDiff } from './examine.ts';
import { FAMILIES } from './families.ts';
import { workloadVariants } from './variants.ts';

/** Rung 7: what Envoys were seen to hold, against what istiod would send, and against each other. */
export const configDiff: Rung<typeof FAMILIES> = defineRung({
  id: 'config-diff',
  number: 7,
  question: 'Does Envoy hold what istiod would send, and do replicas agree?',
  reads: ['history', 'inspections'],
  families: FAMILIES,
  rules: RULES,
  evaluate(snapshot) {
    const lists = noSamples(FAMILIES);
    const { inspections, takenAt, settings } = snapshot;
    const mesh_cluster = homeCluster(snapshot);
    const looks = inspections && current(inspections, takenAt, settings.staleAfterSeconds);
    if (looks === undefined) return lists;
    for (const { namespace: proxy_namespace, name: proxy, at, differences } of looks.proxies.values()) {
      const labels = { mesh_cluster, proxy_namespace, proxy };
      lists.inspected.push({ labels, value: at });
      for (const section of ENVOY_SECTIONS) {
        const names = differences?.[section];
        if (names !== undefined) lists.differences.push({ labels: { ...labels, section }, value: names.length });
      }
    }
    for (const { namespace: workload_namespace, workload, section, variants } of workloadVariants(looks)) {
      lists.variants.push({ labels: { mesh_cluster, workload_namespace, workload, section }, value: variants });
    }
    return lists;
  },
  examine: examineConfigDiff,
});
