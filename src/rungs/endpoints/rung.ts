import { homeCluster } from '../../model/home-cluster.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import { defineRung, type Rung } from '../rung.ts';
import { type Gathered, noSamples } from '../samples.ts';
import { examineEndpoints } from './examine.ts';
import { FAMILIES } from './families.ts';
import { KUBERNETES_HEALTH } from './service-endpoints.ts';
import { serviceViews } from './service-view.ts';

type Lists = Gathered<typeof FAMILIES>;

/** Rung 4: whether a service has anybody who answers, and each of its subsets too. */
export const endpoints: Rung<typeof FAMILIES> = defineRung({
  id: 'endpoints',
  number: 4,
  question: 'Does the proxy know live endpoints?',
  reads: ['cluster', 'history'],
  families: FAMILIES,
  evaluate(snapshot) {
    const lists = noSamples(FAMILIES);
    addServices(lists, snapshot);
    return lists;
  },
  examine: examineEndpoints,
  needsSync: true,
});

function addServices(lists: Lists, snapshot: MeshSnapshot): void {
  const mesh_cluster = homeCluster(snapshot);
  for (const { service, endpoints: all, subsets } of serviceViews(snapshot) ?? []) {
    const { namespace: service_namespace, name: service_name } = service;
    for (const { name: subset, endpoints: members } of [{ name: '', endpoints: all }, ...subsets]) {
      for (const health of KUBERNETES_HEALTH) {
        const labels = { mesh_cluster, service_namespace, service_name, subset, layer: 'kubernetes', health };
        lists.endpoints.push({ labels, value: members.filter((member) => member.health === health).length });
      }
    }
  }
}
