import type { EndpointSlice, Pod, Service } from '../../model/workload.ts';

/** What Kubernetes says of an endpoint. A terminating one still finishes what it has begun. */
export const KUBERNETES_HEALTH = ['ready', 'unready', 'terminating'] as const;
export type KubernetesHealth = (typeof KUBERNETES_HEALTH)[number];

/** One address of a service, once, whatever ports it has. */
export interface ServiceEndpoint {
  readonly address: string;
  readonly health: KubernetesHealth;
  /** Absent for an address that is no pod's, and for a pod that is not known. */
  readonly pod?: Pod;
}

const BEST_FIRST: Readonly<Record<KubernetesHealth, number>> = { ready: 0, terminating: 1, unready: 2 };

/**
 * The endpoints of a service from its slices. An address may stand in several slices (one for each address family and
 * set of ports) and, while it moves between them, twice: the best word of it counts.
 */
export function serviceEndpoints(
  { namespace }: Pick<Service, 'namespace'>,
  slices: readonly EndpointSlice[],
  podOf: (key: string) => Pod | undefined,
): readonly ServiceEndpoint[] {
  const best = new Map<string, ServiceEndpoint>();
  for (const listed of slices.flatMap((slice) => slice.endpoints)) {
    const [address] = listed.addresses;
    if (address === undefined) continue;
    const pod = listed.pod === undefined ? undefined : podOf(`${namespace}/${listed.pod}`);
    const next: ServiceEndpoint = { address, health: healthOf(listed), ...(pod !== undefined && { pod }) };
    // A pod with addresses of both families is one endpoint.
    const key = listed.pod ?? address;
    best.set(key, better(best.get(key), next));
  }
  return [...best.values()];
}

function better(known: ServiceEndpoint | undefined, next: ServiceEndpoint): ServiceEndpoint {
  return known === undefined || BEST_FIRST[next.health] < BEST_FIRST[known.health] ? next : known;
}

function healthOf(state: { readonly ready: boolean; readonly terminating: boolean }): KubernetesHealth {
  if (state.terminating) return 'terminating';
  return state.ready ? 'ready' : 'unready';
}
