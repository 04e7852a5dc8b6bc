import type { ClusterObjects, ObjectMap } from '../../model/cluster.ts';
import type { InjectionWebhook } from '../../model/injection.ts';
import type { Observed } from '../../model/observed.ts';
import type { RbacNeed } from '../source.ts';
import type { RawObject } from './kube-api.ts';
import { mapEndpointSlice } from './objects/endpoint-slices.ts';
import { mapInjectors } from './objects/injectors.ts';
import { mapMeshConfig } from './objects/mesh-configs.ts';
import { mapNamespace } from './objects/namespaces.ts';
import { mapNetworkPolicy } from './objects/network-policies.ts';
import { mapDeployment, mapReplicaSet } from './objects/owners.ts';
import { mapPod } from './objects/pods.ts';
import { mapService } from './objects/services.ts';

/** Which lists a kind is read from. */
export type Reach =
  /** One list, or one for each namespace we are confined to. */
  | 'namespaced'
  /** One list, whatever we are confined to. */
  | 'cluster'
  /** The Namespace objects: all, or each of those we are confined to, by name. */
  | 'namespaces'
  /** Istio's root namespace alone. */
  | 'root';

/** One built-in kind: how it is listed and what becomes of it. */
export interface Kind<T> {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly reach: Reach;
  /** Only metadata is read, so only metadata is asked for. */
  readonly metadataOnly?: true;
  /** Objects a page, where the default of 500 would make pages that take too long to parse. */
  readonly pageSize?: number;
  /** Several narrow lists instead of one wide. */
  readonly selectors?: readonly Readonly<Record<string, string>>[];
  readonly map: (raw: RawObject) => T | undefined;
  readonly why: string;
}

type Value<F extends keyof ClusterObjects> = ClusterObjects[F] extends Observed<ObjectMap<infer T>> ? T : never;
type CoreField = Exclude<keyof ClusterObjects, 'config' | 'otherPolicyEngines' | 'injectors'>;
type Kinds = { readonly [F in CoreField]: Kind<Value<F>> } & { readonly injectors: Kind<readonly InjectionWebhook[]> };

/** Every built-in kind we read. Informers and RBAC both come from here. */
export const KINDS: Kinds = {
  namespaces: {
    group: '',
    version: 'v1',
    resource: 'namespaces',
    reach: 'namespaces',
    map: mapNamespace,
    why: 'labels decide injection, ambient mode and network policies',
  },
  pods: {
    group: '',
    version: 'v1',
    resource: 'pods',
    reach: 'namespaced',
    pageSize: 250,
    map: mapPod,
    why: 'which proxies should be connected, and where the istiods are',
  },
  services: {
    group: '',
    version: 'v1',
    resource: 'services',
    reach: 'namespaced',
    map: mapService,
    why: 'names for destinations in access logs, and the subjects of routing',
  },
  endpointSlices: {
    group: 'discovery.k8s.io',
    version: 'v1',
    resource: 'endpointslices',
    reach: 'namespaced',
    map: mapEndpointSlice,
    why: 'which endpoints Kubernetes calls ready',
  },
  networkPolicies: {
    group: 'networking.k8s.io',
    version: 'v1',
    resource: 'networkpolicies',
    reach: 'namespaced',
    map: mapNetworkPolicy,
    why: 'names the policy that cuts a proxy off from istiod',
  },
  replicaSets: {
    group: 'apps',
    version: 'v1',
    resource: 'replicasets',
    reach: 'namespaced',
    metadataOnly: true,
    map: mapReplicaSet,
    why: 'the step from a pod to its Deployment, for workload names (metadata only)',
  },
  deployments: {
    group: 'apps',
    version: 'v1',
    resource: 'deployments',
    reach: 'namespaced',
    map: mapDeployment,
    why: 'workload names, and what their pod templates ask of the injector',
  },
  injectors: {
    group: 'admissionregistration.k8s.io',
    version: 'v1',
    resource: 'mutatingwebhookconfigurations',
    reach: 'cluster',
    map: mapInjectors,
    why: 'which pods an injector would have given a proxy',
  },
  meshConfigs: {
    group: '',
    version: 'v1',
    resource: 'configmaps',
    reach: 'root',
    // Not all ConfigMaps of the namespace: Istio's leader elections write theirs every two seconds.
    selectors: [{ fieldSelector: 'metadata.name=istio' }, { labelSelector: 'istio.io/rev' }],
    map: mapMeshConfig,
    why: 'mesh configuration: access log format, mTLS defaults, trust domain',
  },
};

/** An Istio or Gateway API kind. Its version is asked of the cluster, and the cluster may lack it. */
export interface ConfigKind {
  readonly group: string;
  readonly resource: string;
  readonly reach: 'namespaced' | 'cluster';
}

const NETWORKING = 'networking.istio.io';
const SECURITY = 'security.istio.io';
const GATEWAY_API = 'gateway.networking.k8s.io';

/** Every optional kind we read. */
export const CONFIG_KINDS: readonly ConfigKind[] = [
  ...namespaced(NETWORKING, ['virtualservices', 'destinationrules', 'gateways', 'serviceentries', 'sidecars']),
  ...namespaced(NETWORKING, ['workloadentries', 'workloadgroups', 'envoyfilters', 'proxyconfigs']),
  ...namespaced(SECURITY, ['authorizationpolicies', 'peerauthentications', 'requestauthentications']),
  ...namespaced('telemetry.istio.io', ['telemetries']),
  ...namespaced('extensions.istio.io', ['wasmplugins', 'trafficextensions']),
  { group: GATEWAY_API, resource: 'gatewayclasses', reach: 'cluster' },
  ...namespaced(GATEWAY_API, ['gateways', 'httproutes', 'grpcroutes', 'tcproutes', 'tlsroutes', 'referencegrants']),
];

function namespaced(group: string, resources: readonly string[]): ConfigKind[] {
  return resources.map((resource) => ({ group, resource, reach: 'namespaced' }));
}

/** The key of a kind in `ClusterObjects.config`. */
export function configKey({ group, resource }: ConfigKind): string {
  return `${resource}.${group}`;
}

/**
 * API groups of policy engines whose verdicts NetworkPolicy alone does not tell: Cilium, Calico,
 * AdminNetworkPolicy, OVN-Kubernetes, Antrea.
 */
export const POLICY_ENGINE_GROUPS: readonly string[] = [
  'cilium.io',
  'crd.projectcalico.org',
  'projectcalico.org',
  'policy.networking.k8s.io',
  'k8s.ovn.org',
  'crd.antrea.io',
];

/** Reading API groups needs no rule of its own: every authenticated user may (role `system:discovery`). */
export const KUBERNETES_RBAC: readonly RbacNeed[] = [
  ...Object.values<Kind<unknown>>(KINDS).map(
    ({ group, resource, reach, why }): RbacNeed => ({
      apiGroup: group,
      resource,
      verbs: ['list', 'watch'],
      why,
      ...withReach(reach),
    }),
  ),
  ...CONFIG_KINDS.map(
    ({ group, resource, reach }): RbacNeed => ({
      apiGroup: group,
      resource,
      verbs: ['list', 'watch'],
      why: 'mesh configuration that rungs read and analyse; may be absent',
      ...withReach(reach),
    }),
  ),
];

function withReach(reach: Reach): Pick<RbacNeed, 'namespace' | 'clusterScoped'> {
  if (reach === 'root') return { namespace: 'root' };
  if (reach === 'namespaced') return {};
  return { clusterScoped: reach === 'cluster' ? 'all' : 'looked' };
}
