/** One kind of object that the API serves. */
export interface Resource {
  /** `""` for the core group. */
  readonly group: string;
  /** As objects are stored. */
  readonly version: string;
  /** Versions that serve it, the stored one among them. */
  readonly versions: readonly string[];
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  /** Comes from a CustomResourceDefinition: its list items carry kind and apiVersion, its absence is plain text. */
  readonly custom: boolean;
}

type Short = readonly [plural: string, kind: string, ...shortNames: string[]];

const CORE: readonly Short[] = [
  ['configmaps', 'ConfigMap', 'cm'],
  ['pods', 'Pod', 'po'],
  ['secrets', 'Secret'],
  ['serviceaccounts', 'ServiceAccount', 'sa'],
  ['services', 'Service', 'svc'],
];
const CLUSTER_CORE: readonly Short[] = [
  ['namespaces', 'Namespace', 'ns'],
  ['nodes', 'Node', 'no'],
];
const NETWORKING = ['v1', 'v1beta1', 'v1alpha3'];

/** Every kind of the demo's cluster. As in many a cluster, the Gateway API is not installed. */
export const RESOURCES: readonly Resource[] = [
  ...CORE.map((short) => builtIn('', short)),
  ...CLUSTER_CORE.map((short) => ({ ...builtIn('', short), namespaced: false })),
  builtIn('apps', ['deployments', 'Deployment', 'deploy']),
  builtIn('apps', ['replicasets', 'ReplicaSet', 'rs']),
  builtIn('networking.k8s.io', ['networkpolicies', 'NetworkPolicy', 'netpol']),
  {
    ...builtIn('admissionregistration.k8s.io', ['mutatingwebhookconfigurations', 'MutatingWebhookConfiguration']),
    namespaced: false,
  },
  builtIn('coordination.k8s.io', ['leases', 'Lease']),
  builtIn('discovery.k8s.io', ['endpointslices', 'EndpointSlice']),
  istio('networking.istio.io', NETWORKING, ['destinationrules', 'DestinationRule', 'dr']),
  istio('networking.istio.io', ['v1alpha3'], ['envoyfilters', 'EnvoyFilter']),
  istio('networking.istio.io', NETWORKING, ['gateways', 'Gateway', 'gw']),
  istio('networking.istio.io', ['v1beta1'], ['proxyconfigs', 'ProxyConfig']),
  istio('networking.istio.io', NETWORKING, ['serviceentries', 'ServiceEntry', 'se']),
  istio('networking.istio.io', NETWORKING, ['sidecars', 'Sidecar']),
  istio('networking.istio.io', NETWORKING, ['virtualservices', 'VirtualService', 'vs']),
  istio('networking.istio.io', NETWORKING, ['workloadentries', 'WorkloadEntry', 'we']),
  istio('networking.istio.io', NETWORKING, ['workloadgroups', 'WorkloadGroup', 'wg']),
  istio('security.istio.io', ['v1', 'v1beta1'], ['authorizationpolicies', 'AuthorizationPolicy', 'ap']),
  istio('security.istio.io', ['v1', 'v1beta1'], ['peerauthentications', 'PeerAuthentication', 'pa']),
  istio('security.istio.io', ['v1', 'v1beta1'], ['requestauthentications', 'RequestAuthentication', 'ra']),
  istio('telemetry.istio.io', ['v1', 'v1alpha1'], ['telemetries', 'Telemetry', 'telemetry']),
  istio('extensions.istio.io', ['v1alpha1'], ['trafficextensions', 'TrafficExtension']),
  istio('extensions.istio.io', ['v1alpha1'], ['wasmplugins', 'WasmPlugin']),
];

/** The API groups, in the order of `/apis`, with their versions, the preferred one first. */
export const GROUPS: ReadonlyMap<string, readonly string[]> = groupsOf(RESOURCES);

export function findResource(group: string, version: string, plural: string): Resource | undefined {
  return RESOURCES.find((each) => each.group === group && each.plural === plural && each.versions.includes(version));
}

/** The resource that stores objects of this kind. @throws Error for a kind the demo does not serve */
export function resourceOfKind(apiVersion: string, kind: string): Resource {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  const found = RESOURCES.find((each) => each.group === group && each.kind === kind);
  if (found === undefined) throw new Error(`the demo serves no ${kind} of ${apiVersion}`);
  return found;
}

/** `virtualservices.networking.istio.io`; the core group has no suffix. As Kubernetes names a resource in messages. */
export function qualifiedName({ plural, group }: Pick<Resource, 'plural' | 'group'>): string {
  return group === '' ? plural : `${plural}.${group}`;
}

export function apiVersionOf(group: string, version: string): string {
  return group === '' ? version : `${group}/${version}`;
}

function builtIn(group: string, [plural, kind, ...shortNames]: Short): Resource {
  return {
    group,
    version: 'v1',
    versions: ['v1'],
    plural,
    singular: kind.toLowerCase(),
    kind,
    namespaced: true,
    shortNames,
    custom: false,
  };
}

function istio(group: string, versions: readonly string[], short: Short): Resource {
  return { ...builtIn(group, short), version: versions[0] ?? 'v1', versions, custom: true };
}

function groupsOf(resources: readonly Resource[]): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, readonly string[]>();
  for (const { group, versions } of resources) {
    const known = groups.get(group) ?? [];
    // A longer list of one kind holds every version of its group: v1, v1beta1, v1alpha3.
    groups.set(group, versions.length > known.length ? versions : known);
  }
  groups.delete('');
  return groups;
}
