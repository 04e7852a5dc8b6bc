import type { InjectionWebhook } from './injection.ts';
import type { NetworkPolicy } from './network-policy.ts';
import { type Observed, PENDING } from './observed.ts';
import type {
  ConfigObject,
  Deployment,
  EndpointSlice,
  MeshConfig,
  Namespace,
  Pod,
  ReplicaSet,
  Service,
} from './workload.ts';

/** Objects of one kind by `namespace/name` (cluster-scoped: `name`). An absent CRD is fresh and empty. */
export type ObjectMap<T> = ReadonlyMap<string, T>;

/** What the Kubernetes API told us, kind by kind: one kind denied leaves the others known. */
export interface ClusterObjects {
  readonly namespaces: Observed<ObjectMap<Namespace>>;
  readonly pods: Observed<ObjectMap<Pod>>;
  readonly services: Observed<ObjectMap<Service>>;
  readonly endpointSlices: Observed<ObjectMap<EndpointSlice>>;
  readonly networkPolicies: Observed<ObjectMap<NetworkPolicy>>;
  readonly replicaSets: Observed<ObjectMap<ReplicaSet>>;
  readonly deployments: Observed<ObjectMap<Deployment>>;
  readonly injectors: Observed<ObjectMap<InjectionWebhook>>;
  readonly meshConfigs: Observed<ObjectMap<MeshConfig>>;
  /** Istio and Gateway API objects by plural resource name and group, e.g. `virtualservices.networking.istio.io`. */
  readonly config: Readonly<Record<string, Observed<ObjectMap<ConfigObject>>>>;
  /** API groups of policy engines beside NetworkPolicy (Cilium, Calico, AdminNetworkPolicy): their verdicts are not known here. */
  readonly otherPolicyEngines: readonly string[];
}

export const NO_CLUSTER: ClusterObjects = Object.freeze({
  namespaces: PENDING,
  pods: PENDING,
  services: PENDING,
  endpointSlices: PENDING,
  networkPolicies: PENDING,
  replicaSets: PENDING,
  deployments: PENDING,
  injectors: PENDING,
  meshConfigs: PENDING,
  config: {},
  otherPolicyEngines: [],
});

/** The key under which an object stands in an ObjectMap. */
export function objectKey(namespace: string, name: string): string {
  return namespace === '' ? name : `${namespace}/${name}`;
}

/** The same of an object at hand: `namespace/name`, as it is also written for people. */
export function keyOfObject({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return objectKey(namespace, name);
}
