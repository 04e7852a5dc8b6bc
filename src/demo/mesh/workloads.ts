/** How a pod's proxy got there, if it has one. */
export type ProxyKind = 'sidecar' | 'native_sidecar' | 'router' | 'none';

/** A pod of a Deployment, and what the Deployment is. */
export interface Workload {
  readonly namespace: string;
  readonly app: string;
  readonly version?: string;
  /** The Deployment's name. */
  readonly name: string;
  /** pod-template-hash, and the pod's own suffix. */
  readonly hash: string;
  readonly suffix: string;
  readonly ip: string;
  readonly port: number;
  /** Of that port; default TCP alone. */
  readonly protocols?: readonly ('TCP' | 'UDP')[];
  /** Beside those every pod has. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly serviceAccount: string;
  readonly proxy: ProxyKind;
  /** Index of the istiod its proxy is connected to. */
  readonly istiod: number;
}

/** The short names that traffic and scenarios use. */
export type WorkloadName =
  | 'productpage'
  | 'details'
  | 'reviewsV1'
  | 'reviewsV1Twin'
  | 'reviewsV2'
  | 'reviewsV3'
  | 'ratings'
  | 'paymentV1'
  | 'paymentV2'
  | 'checkout'
  | 'gateway'
  | 'stickers'
  | 'batch'
  | 'coredns';

/** Every application of the mesh, and a few pods beside it. */
export const WORKLOADS: Readonly<Record<WorkloadName, Workload>> = {
  productpage: { ...bookinfo('productpage', 'v1', '54bb874995-x7k2m', 11), proxy: 'native_sidecar' },
  details: { ...bookinfo('details', 'v1', '79dfbd6fff-4jq8w', 12), istiod: 1 },
  reviewsV1: bookinfo('reviews', 'v1', '598b896c9d-p9ltz', 13),
  /** The second replica of the same Deployment. */
  reviewsV1Twin: { ...bookinfo('reviews', 'v1', '598b896c9d-g4dkw', 18), istiod: 1 },
  reviewsV2: { ...bookinfo('reviews', 'v2', '556d6457d-hn5vc', 14), istiod: 1 },
  reviewsV3: bookinfo('reviews', 'v3', '6f8d7c5b94-tz6qn', 16),
  ratings: { ...bookinfo('ratings', 'v1', '5ffdd8466b-r6d2s', 15), istiod: 1 },
  paymentV1: payment('payment-svc', 'v1', '6d8f9b7c5d-2xkqp', 21),
  paymentV2: { ...payment('payment-svc', 'v2', '7b9c6d5f4e-m8zrt', 22), istiod: 1 },
  checkout: payment('checkout', 'v1', '5c7d8e9f6b-qw4rt', 23),
  gateway: {
    ...plain('istio-system', 'istio-ingressgateway', '6f7d9c8b5a-k3m9p', 31),
    labels: { istio: 'ingressgateway' },
    serviceAccount: 'istio-ingressgateway',
    proxy: 'router',
  },
  /** The injection gap: its namespace is in the mesh and it has no sidecar, for it is older than the label. */
  stickers: { ...bookinfo('stickers', 'v1', '6c7f8d9b5-zk2lp', 17), proxy: 'none' },
  /** Outside the mesh, by decision. */
  batch: plain('legacy', 'batch', '5d9c7b8f6-vw8kd', 41),
  coredns: {
    ...plain('kube-system', 'coredns', '668d6bf9bc-q4m7x', 2),
    port: 53,
    protocols: ['UDP', 'TCP'],
    labels: { 'k8s-app': 'kube-dns' },
    serviceAccount: 'coredns',
  },
};

/** Those that have a proxy. */
export const PROXIED: readonly WorkloadName[] = (Object.keys(WORKLOADS) as WorkloadName[]).filter(
  (name) => WORKLOADS[name].proxy !== 'none',
);

/** The two replicas of istiod, by pod name, and what they are replicas of. */
export const ISTIODS: readonly string[] = ['istiod-7d4b9c6f8d-v5xnt', 'istiod-7d4b9c6f8d-x8pql'];
export const ISTIO_VERSION = '1.30.3';
export const ROOT_NAMESPACE = 'istio-system';
export const NODE = 'demo-node';

/** Words with which reviews-v2 refuses its inbound listener: an EnvoyFilter names a filter that its Envoy has not. */
export const REJECTION =
  "Error adding/updating listener(s) virtualInbound: Didn't find a registered implementation for 'rig.does.not.exist' with type URL: 'rig.NoSuchFilter'\n";

/** The pod's name, as a Deployment's ReplicaSet makes it. */
export function podName({ name, hash, suffix }: Workload): string {
  return `${name}-${hash}-${suffix}`;
}

/** `pod.namespace`, as istiod names a proxy. */
export function proxyId(workload: Workload): string {
  return `${podName(workload)}.${workload.namespace}`;
}

function bookinfo(app: string, version: string, ending: string, address: number): Workload {
  const base = plain('bookinfo', `${app}-${version}`, ending, address);
  return { ...base, app, version, port: 9080, serviceAccount: `bookinfo-${app}`, proxy: 'sidecar' };
}

function payment(app: string, version: string, ending: string, address: number): Workload {
  const base = plain('payment', `${app}-${version}`, ending, address);
  return { ...base, app, version, serviceAccount: app, proxy: 'sidecar' };
}

/** @param ending hash and suffix of the pod's name */
function plain(namespace: string, name: string, ending: string, address: number): Workload {
  const [hash = '', suffix = ''] = ending.split('-');
  return {
    namespace,
    app: name,
    name,
    hash,
    suffix,
    ip: `10.44.0.${address}`,
    port: 8080,
    serviceAccount: 'default',
    proxy: 'none',
    istiod: 0,
  };
}
