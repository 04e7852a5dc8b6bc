import { fqdnOf } from '../../model/cluster-domain.ts';
import { current } from '../../model/current.ts';
import type { Observed } from '../../model/observed.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import { compareText } from '../../model/text-order.ts';
import type { EndpointSlice, Service } from '../../model/workload.ts';
import { type ServiceEndpoint, serviceEndpoints } from './service-endpoints.ts';
import { type Subset, subsetsByHost } from './subsets.ts';

/** A service with those who answer for it. */
export interface ServiceView {
  readonly namespace: string;
  readonly service: Service;
  readonly endpoints: readonly ServiceEndpoint[];
  /** Every address of its slices, whatever their health; sorted. */
  readonly addresses: readonly string[];
  /** Empty where some endpoint's pod is not known: it may be of any subset. */
  readonly subsets: readonly { readonly name: string; readonly endpoints: readonly ServiceEndpoint[] }[];
}

const DESTINATION_RULES = 'destinationrules.networking.istio.io';
/** The last answer for each state of the slices, with all that it rests on. */
const lastViews = new WeakMap<object, { readonly basis: readonly unknown[]; readonly views: readonly ServiceView[] }>();

/** Every service that has endpoints of its own; undefined where services, slices or pods are not known. */
export function serviceViews({ cluster, settings, takenAt }: MeshSnapshot): readonly ServiceView[] | undefined {
  const now = <T>(observed: Observed<T>): T | undefined => current(observed, takenAt, settings.staleAfterSeconds);
  const services = now(cluster.services);
  const slices = now(cluster.endpointSlices);
  const pods = now(cluster.pods);
  if (services === undefined || slices === undefined || pods === undefined) return undefined;
  const rules = now(cluster.config[DESTINATION_RULES] ?? { state: 'pending' });
  const basis = [services, pods, rules];
  const last = lastViews.get(slices);
  if (last?.basis.every((each, nth) => each === basis[nth]) === true) return last.views;
  const byService = Map.groupBy(slices.values(), sliceOwner);
  const subsets = subsetsByHost(rules ?? new Map());
  // What an ExternalName names lies elsewhere: Kubernetes has no endpoints for it.
  const views = [...services].flatMap(([key, service]) => {
    if (service.type === 'ExternalName') return [];
    const own = byService.get(key) ?? [];
    const endpoints = serviceEndpoints(service, own, (name) => pods.get(name));
    return { ...viewOf(service, endpoints, subsets.get(fqdnOf(service)) ?? []), addresses: addressesOf(own) };
  });
  lastViews.set(slices, { basis, views });
  return views;
}

function sliceOwner({ namespace, service }: EndpointSlice): string {
  return `${namespace}/${service}`;
}

function addressesOf(slices: readonly EndpointSlice[]): readonly string[] {
  const listed = slices.flatMap(({ endpoints }) => endpoints.flatMap(({ addresses }) => addresses));
  return [...new Set(listed)].sort(compareText);
}

function viewOf(
  service: Service,
  endpoints: readonly ServiceEndpoint[],
  subsets: readonly Subset[],
): Omit<ServiceView, 'addresses'> {
  const areKnown = endpoints.every(({ pod }) => pod !== undefined);
  const named = areKnown ? subsets.filter(({ name }) => name !== '') : [];
  return {
    namespace: service.namespace,
    service,
    endpoints,
    subsets: named.map(({ name, labels }) => ({ name, endpoints: endpoints.filter(isOf(labels)) })),
  };
}

function isOf(labels: Subset['labels']): (endpoint: ServiceEndpoint) => boolean {
  const wanted = Object.entries(labels);
  return ({ pod }) => pod !== undefined && wanted.every(([key, value]) => pod.labels[key] === value);
}
