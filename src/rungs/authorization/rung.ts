import { denialCounts } from '../../model/denial-count.ts';
import { homeCluster } from '../../model/home-cluster.ts';
import { known } from '../../model/observed.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import { defineRung, type Rung } from '../rung.ts';
import { type Gathered, noSamples } from '../samples.ts';
import { RULES } from './alerts.ts';
import { examineAuthorization } from './examine.ts';
import { FAMILIES } from './families.ts';
import { policyCounts } from './policy-counts.ts';

type Lists = Gathered<typeof FAMILIES>;

/** Rung 6: which policies stand in front of each workload, and what they denied. */
export const authorization: Rung<typeof FAMILIES> = defineRung({
  id: 'authorization',
  number: 6,
  question: 'Is an AuthorizationPolicy denying it?',
  reads: ['cluster', 'history', 'traffic'],
  families: FAMILIES,
  rules: RULES,
  evaluate(snapshot) {
    const lists = noSamples(FAMILIES);
    addPolicies(lists, snapshot);
    addDenials(lists, snapshot);
    return lists;
  },
  examine: examineAuthorization,
  needsSync: true,
});

function addPolicies(lists: Lists, snapshot: MeshSnapshot): void {
  const mesh_cluster = homeCluster(snapshot);
  for (const { namespace, workload, action, policies } of policyCounts(snapshot) ?? []) {
    lists.policies.push({ labels: { mesh_cluster, workload_namespace: namespace, workload, action }, value: policies });
  }
}

function addDenials(lists: Lists, { traffic, settings }: MeshSnapshot): void {
  for (const { proxyNamespace, workload, denial, count } of denialCounts(known(traffic)?.requests ?? [])) {
    const { policyNamespace: policy_namespace, policy, rule } = denial;
    const labels = {
      mesh_cluster: settings.meshCluster,
      proxy_namespace: proxyNamespace,
      workload,
      policy_namespace,
      policy,
      rule,
    };
    lists.denials.push({ labels, value: count });
  }
}
