import type { KubeObject } from '../kube/object.ts';
import { type Resource, resourceOfKind } from '../kube/resources.ts';
import type { ObjectStore } from '../kube/store.ts';

/** A Service as istiod sees it, with whoever is behind it. */
export interface ViewService {
  readonly namespace: string;
  readonly name: string;
  /** `payment-svc.payment.svc.cluster.local`. */
  readonly host: string;
  readonly clusterIp: string;
  /** TCP ports alone. */
  readonly ports: readonly ViewPort[];
  readonly endpoints: readonly ViewEndpoint[];
}

export interface ViewPort {
  readonly name: string;
  readonly port: number;
  readonly targetPort: number;
  /** What its name promises; `auto`: nothing, so Envoy looks at what comes. */
  readonly protocol: 'http' | 'tcp' | 'auto';
}

export interface ViewEndpoint {
  readonly address: string;
  /** Absent: no pod of this cluster. */
  readonly pod?: ViewPod;
}

export interface ViewPod {
  readonly name: string;
  readonly namespace: string;
  readonly address: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly serviceAccount: string;
  readonly ports: readonly number[];
}

/** What istiod makes configuration of, as it was in the cluster at one moment. */
export interface MeshView {
  /** By host. */
  readonly services: readonly ViewService[];
  service(host: string): ViewService | undefined;
  pod(namespace: string, name: string): ViewPod | undefined;
  /** Objects of one of Istio's kinds, by namespace and name. */
  objects<Spec>(kind: IstioKind): readonly ViewObject<Spec>[];
}

export interface ViewObject<Spec> {
  readonly namespace: string;
  readonly name: string;
  readonly spec: Spec;
}

const KINDS = {
  VirtualService: 'networking.istio.io/v1',
  DestinationRule: 'networking.istio.io/v1',
  Gateway: 'networking.istio.io/v1',
  EnvoyFilter: 'networking.istio.io/v1alpha3',
  PeerAuthentication: 'security.istio.io/v1',
  AuthorizationPolicy: 'security.istio.io/v1',
  Telemetry: 'telemetry.istio.io/v1',
} as const;
export type IstioKind = keyof typeof KINDS;

/** Reads the cluster as it is; as long as nothing changes there it is the same view. */
export function meshReader(store: ObjectStore): () => MeshView {
  let known: { readonly version: number; readonly view: MeshView } | undefined;
  return () => {
    const version = store.version();
    if (known?.version !== version) known = { version, view: readMesh(store) };
    return known.view;
  };
}

function readMesh(store: ObjectStore): MeshView {
  const all = (resource: Resource): KubeObject[] =>
    (store.collection(resource).entries() ?? []).map((entry) => entry.read());
  const pods = store.collection(resourceOfKind('v1', 'Pod'));
  const pod = (namespace: string, name: string): ViewPod | undefined => {
    const found = pods.get(`${namespace}/${name}`)?.read();
    return found === undefined ? undefined : viewPod(found);
  };
  const slices = Map.groupBy(all(resourceOfKind('discovery.k8s.io/v1', 'EndpointSlice')), serviceOf);
  const services = all(resourceOfKind('v1', 'Service'))
    .map((object) => viewService(object, slices.get(`${object.metadata.namespace}/${object.metadata.name}`) ?? [], pod))
    .sort((one, other) => (one.host < other.host ? -1 : 1));
  const byHost = new Map(services.map((service) => [service.host, service]));
  const objects = new Map(
    Object.entries(KINDS).map(([kind, apiVersion]) => [kind, all(resourceOfKind(apiVersion, kind)).map(viewObject)]),
  );
  return {
    services,
    service: (host) => byHost.get(host),
    pod,
    objects: <Spec>(kind: IstioKind) => (objects.get(kind) ?? []) as readonly ViewObject<Spec>[],
  };
}

function viewObject({ metadata, spec }: KubeObject): ViewObject<unknown> {
  return { namespace: metadata.namespace ?? '', name: metadata.name, spec: spec ?? {} };
}

function serviceOf({ metadata }: KubeObject): string {
  return `${metadata.namespace}/${metadata.labels?.['kubernetes.io/service-name']}`;
}

interface ServiceSpec {
  readonly clusterIP?: string;
  readonly ports?: readonly {
    readonly name?: string;
    readonly port: number;
    readonly targetPort?: number;
    readonly protocol?: string;
  }[];
}

function viewService(object: KubeObject, slices: readonly KubeObject[], podOf: MeshView['pod']): ViewService {
  const { name, namespace = '' } = object.metadata;
  const { clusterIP = '', ports = [] } = (object['spec'] ?? {}) as ServiceSpec;
  return {
    namespace,
    name,
    host: `${name}.${namespace}.svc.cluster.local`,
    clusterIp: clusterIP,
    ports: ports
      .filter(({ protocol = 'TCP' }) => protocol === 'TCP')
      .map(({ name: portName = '', port, targetPort = port }) => {
        return { name: portName, port, targetPort, protocol: protocolOf(portName) };
      }),
    endpoints: slices.flatMap((slice) => viewEndpoints(slice, podOf)),
  };
}

interface SliceEndpoint {
  readonly addresses: readonly string[];
  readonly conditions?: { readonly ready?: boolean };
  readonly targetRef?: { readonly namespace?: string; readonly name?: string };
}

/** istiod sends those that are ready. */
function viewEndpoints(slice: KubeObject, podOf: MeshView['pod']): ViewEndpoint[] {
  const endpoints = (slice['endpoints'] ?? []) as readonly SliceEndpoint[];
  return endpoints
    .filter(({ conditions }) => conditions?.ready !== false)
    .flatMap(({ addresses, targetRef }) => {
      const pod = podOf(targetRef?.namespace ?? '', targetRef?.name ?? '');
      return addresses.map((address) => ({ address, ...(pod !== undefined && { pod }) }));
    });
}

/** By the prefix of the port's name (Istio, Protocol Selection). */
function protocolOf(name: string): ViewPort['protocol'] {
  const [prefix = ''] = name.split('-');
  if (['http', 'http2', 'grpc'].includes(prefix)) return 'http';
  return ['tcp', 'https', 'tls', 'mongo', 'mysql', 'redis'].includes(prefix) ? 'tcp' : 'auto';
}

interface PodSpec {
  readonly serviceAccountName?: string;
  readonly containers?: readonly {
    readonly name: string;
    readonly ports?: readonly { readonly containerPort: number; readonly protocol?: string }[];
  }[];
}

function viewPod({ metadata, spec, status }: KubeObject): ViewPod {
  const { serviceAccountName = 'default', containers = [] } = (spec ?? {}) as PodSpec;
  return {
    name: metadata.name,
    namespace: metadata.namespace ?? '',
    address: ((status ?? {}) as { readonly podIP?: string }).podIP ?? '',
    labels: metadata.labels ?? {},
    serviceAccount: serviceAccountName,
    ports: containers
      .filter(({ name }) => name !== 'istio-proxy')
      .flatMap(({ ports = [] }) => ports)
      .filter(({ protocol = 'TCP' }) => protocol === 'TCP')
      .map(({ containerPort }) => containerPort),
  };
}

/** Whether all of these labels are among those. */
export function selects(
  selector: Readonly<Record<string, string>> | undefined,
  labels: Readonly<Record<string, string>>,
): boolean {
  return Object.entries(selector ?? {}).every(([key, value]) => labels[key] === value);
}

/** A host as an object names it: a name without dots is of the object's own namespace. */
export function wholeHost(host: string, namespace: string): string {
  if (host.includes('.') || host === '*') return host;
  return `${host}.${namespace}.svc.cluster.local`;
}
