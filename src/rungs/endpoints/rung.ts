import { fqdnOf } from '../../model/cluster-domain.ts';
import { homeCluster } from '../../model/home-cluster.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import { defineRung, type Rung } from '../rung.ts';
import { type Gathered, noSamples } from '../samples.ts';
import { RULES } from './alerts.ts';
import { ENVOY_HEALTH, type EnvoyView, envoyViews, hasPushedEndpoints, worstView } from './envoy-views.ts';
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
  reads: ['cluster', 'goneRequests', 'history', 'inspections'],
  families: FAMILIES,
  rules: RULES,
  evaluate(snapshot) {
    const lists = noSamples(FAMILIES);
    addServices(lists, snapshot);
    addGone(lists, snapshot);
    return lists;
  },
  examine: examineEndpoints,
  needsSync: true,
});

function addServices(lists: Lists, snapshot: MeshSnapshot): void {
  const mesh_cluster = homeCluster(snapshot);
  for (const { service, endpoints: all, subsets } of serviceViews(snapshot) ?? []) {
    const { namespace: service_namespace, name: service_name } = service;
    const named = { mesh_cluster, service_namespace, service_name };
    for (const { name: subset, endpoints: members } of [{ name: '', endpoints: all }, ...subsets]) {
      for (const health of KUBERNETES_HEALTH) {
        const labels = { ...named, subset, layer: 'kubernetes', health };
        lists.endpoints.push({ labels, value: members.filter((member) => member.health === health).length });
      }
    }
    if (hasPushedEndpoints(service)) addEnvoys(lists, named, envoyViews(snapshot, fqdnOf(service)));
  }
}

function addEnvoys(
  lists: Lists,
  named: { readonly mesh_cluster: string; readonly service_namespace: string; readonly service_name: string },
  views: readonly EnvoyView[],
): void {
  for (const [subset, own] of Map.groupBy(views, ({ hosts }) => hosts.subset)) {
    const worst = worstView(own)?.hosts;
    if (worst === undefined) continue;
    for (const health of ENVOY_HEALTH) {
      lists.endpoints.push({ labels: { ...named, subset, layer: 'envoy', health }, value: worst[health] });
    }
  }
}

function addGone(lists: Lists, snapshot: MeshSnapshot): void {
  const mesh_cluster = homeCluster(snapshot);
  for (const { proxyNamespace, workload, destination, count } of snapshot.goneRequests?.counts ?? []) {
    const labels = { mesh_cluster, proxy_namespace: proxyNamespace, workload, destination };
    lists.goneRequests.push({ labels, value: count });
  }
}
