import { homeCluster } from '../../model/home-cluster.ts';
import { defineRung, type Rung } from '../rung.ts';
import { noSamples } from '../samples.ts';
import { RULES } from './alerts.ts';
import { declaredWeights } from './declared-weights.ts';
import { examineRoutes } from './examine.ts';
import { FAMILIES } from './families.ts';
import { addLoadedRatios } from './loaded-ratios.ts';

/** Rung 3: what configuration says of how traffic splits, and what Envoys hold. What traffic does stands in `meshladder_requests_total`. */
export const routes: Rung<typeof FAMILIES> = defineRung({
  id: 'routes',
  number: 3,
  question: 'Does traffic split as the VirtualService says?',
  reads: ['cluster', 'history', 'inspections'],
  families: FAMILIES,
  rules: RULES,
  evaluate(snapshot) {
    const lists = noSamples(FAMILIES);
    const mesh_cluster = homeCluster(snapshot);
    for (const { object, route, destination, subset, ratio } of declaredWeights(snapshot)) {
      const { namespace: object_namespace, kind: object_kind, name: object_name } = object;
      const labels = { mesh_cluster, object_namespace, object_kind, object_name, route, destination, subset };
      lists.declaredRatio.push({ labels, value: ratio });
    }
    addLoadedRatios(lists, snapshot);
    return lists;
  },
  examine: examineRoutes,
});
