import { WORKLOADS, type WorkloadName } from './workloads.ts';

/** A Service with the pods behind it. */
export interface MeshService {
  readonly namespace: string;
  readonly name: string;
  readonly clusterIp: string;
  readonly ports: readonly {
    readonly name: string;
    readonly port: number;
    readonly targetPort: number;
    readonly protocol?: 'TCP' | 'UDP';
  }[];
  readonly pods: readonly WorkloadName[];
  /** Addresses of endpoints that are no pods. */
  readonly outside?: readonly string[];
}

export type ServiceName =
  | 'productpage'
  | 'details'
  | 'reviews'
  | 'ratings'
  | 'payment'
  | 'checkout'
  | 'ghost'
  | 'dead'
  | 'ledger'
  | 'gateway'
  | 'istiod'
  | 'dns'
  | 'kubernetes';

/** Addresses as the Services of the mesh have them. */
export const SERVICES: Readonly<Record<ServiceName, MeshService>> = {
  productpage: http('bookinfo', 'productpage', '10.96.1.1', ['productpage']),
  details: http('bookinfo', 'details', '10.96.1.2', ['details']),
  reviews: http('bookinfo', 'reviews', '10.96.1.3', ['reviewsV1', 'reviewsV1Twin', 'reviewsV2', 'reviewsV3']),
  ratings: http('bookinfo', 'ratings', '10.96.1.4', ['ratings']),
  payment: http('payment', 'payment-svc', '10.96.2.1', ['paymentV1', 'paymentV2']),
  checkout: http('payment', 'checkout', '10.96.2.2', ['checkout']),
  /** Nobody is behind it: UH. */
  ghost: http('payment', 'ghost', '10.96.2.9', []),
  /** Its only endpoint refuses connections: UF. */
  dead: { ...http('payment', 'dead', '10.96.2.20', []), outside: ['10.44.0.1'] },
  ledger: {
    namespace: 'payment',
    name: 'ledger-db',
    clusterIp: '10.96.2.10',
    ports: [{ name: 'tcp-pg', port: 5432, targetPort: 5432 }],
    pods: [],
    outside: ['10.44.0.99'],
  },
  gateway: {
    namespace: 'istio-system',
    name: 'istio-ingressgateway',
    clusterIp: '10.96.3.1',
    ports: [
      { name: 'status-port', port: 15_021, targetPort: 15_021 },
      { name: 'http2', port: 80, targetPort: 8080 },
      { name: 'https', port: 443, targetPort: 8443 },
    ],
    pods: ['gateway'],
  },
  istiod: {
    namespace: 'istio-system',
    name: 'istiod',
    clusterIp: '10.96.3.2',
    ports: [
      { name: 'grpc-xds', port: 15_010, targetPort: 15_010 },
      { name: 'https-dns', port: 15_012, targetPort: 15_012 },
      { name: 'https-webhook', port: 443, targetPort: 15_017 },
      { name: 'http-monitoring', port: 15_014, targetPort: 15_014 },
    ],
    pods: [],
  },
  dns: {
    namespace: 'kube-system',
    name: 'kube-dns',
    clusterIp: '10.96.0.10',
    ports: [
      { name: 'dns', port: 53, targetPort: 53, protocol: 'UDP' },
      { name: 'dns-tcp', port: 53, targetPort: 53 },
    ],
    pods: ['coredns'],
  },
  kubernetes: {
    namespace: 'default',
    name: 'kubernetes',
    clusterIp: '10.96.0.1',
    ports: [{ name: 'https', port: 443, targetPort: 6443 }],
    pods: [],
  },
};

/** `payment-svc.payment.svc.cluster.local`. */
export function hostOf({ namespace, name }: MeshService): string {
  return `${name}.${namespace}.svc.cluster.local`;
}

function http(namespace: string, name: string, clusterIp: string, pods: readonly WorkloadName[]): MeshService {
  const [first] = pods;
  const port = first === undefined ? 8080 : WORKLOADS[first].port;
  return { namespace, name, clusterIp, pods, ports: [{ name: 'http', port, targetPort: port }] };
}
