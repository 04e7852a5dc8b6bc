import { current } from '../../model/current.ts';
import type { Observed } from '../../model/observed.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import type { EndpointSlice, Service } from '../../model/workload.ts';
import { defineRung, type Rung } from '../rung.ts';
import { type Gathered, noSamples } from '../samples.ts';
import { FAMILIES } from './families.ts';
import { KUBERNETES_HEALTH, type ServiceEndpoint, serviceEndpoints } from './service-endpoints.ts';
import { type Subset, subsetsByHost } from './subsets.ts';

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
});

function addServices(lists: Lists, { cluster, history, settings, takenAt }: MeshSnapshot): void {
  const now = <T>(observed: Observed<T>): T | undefined => current(observed, takenAt, settings.staleAfterSeconds);
  const services = now(cluster.services);
  const slices = now(cluster.endpointSlices);
  const pods = now(cluster.pods);
  if (services === undefined || slices === undefined || pods === undefined) return;
  const byService = Map.groupBy(slices.values(), sliceOwner);
  const subsets = subsetsByHost(now(cluster.config[DESTINATION_RULES] ?? { state: 'pending' }) ?? new Map());
  const meshCluster = history.cluster ?? settings.meshCluster;
  for (const [key, service] of services) {
    // What it names lies elsewhere: Kubernetes has no endpoints for it.
    if (service.type === 'ExternalName') continue;
    const found = serviceEndpoints(service, byService.get(key) ?? [], (name) => pods.get(name));
    addService(lists, { service, meshCluster, found, subsets: subsets.get(fqdnOf(service)) ?? [] });
  }
}

const DESTINATION_RULES = 'destinationrules.networking.istio.io';

function sliceOwner({ namespace, service }: EndpointSlice): string {
  return `${namespace}/${service}`;
}

function fqdnOf({ namespace, name }: Service): string {
  return `${name}.${namespace}.svc.cluster.local`;
}

interface ServiceFacts {
  readonly service: Service;
  readonly meshCluster: string;
  readonly found: readonly ServiceEndpoint[];
  readonly subsets: readonly Subset[];
}

function addService(lists: Lists, { service, meshCluster, found, subsets }: ServiceFacts): void {
  const add = (subset: string, members: readonly ServiceEndpoint[]): void => {
    for (const health of KUBERNETES_HEALTH) {
      const labels = {
        mesh_cluster: meshCluster,
        service_namespace: service.namespace,
        service_name: service.name,
        subset,
        layer: 'kubernetes',
        health,
      };
      lists.endpoints.push({ labels, value: members.filter((member) => member.health === health).length });
    }
  };
  add('', found);
  for (const { name, labels } of subsets) {
    // An endpoint whose pod is not known may be of any subset: nothing is claimed of it.
    if (name !== '' && found.every(({ pod }) => pod !== undefined)) add(name, found.filter(isOf(labels)));
  }
}

function isOf(labels: Subset['labels']): (endpoint: ServiceEndpoint) => boolean {
  const wanted = Object.entries(labels);
  return ({ pod }) => pod !== undefined && wanted.every(([key, value]) => pod.labels[key] === value);
}
