import { kubeTime, type NewObject } from '../kube/object.ts';
import { hostOf, SERVICES } from './services.ts';

/** How a VirtualService divides what comes to payment-svc. */
export interface CanaryWeights {
  readonly v1: number;
  readonly v2: number;
}

/** FQDN of the service that the story is about. */
export const PAYMENT_HOST: string = hostOf(SERVICES.payment);

/** The canary: all of payment-svc's traffic, by weight. */
export function canaryObject({ v1, v2 }: CanaryWeights): NewObject {
  const route = (subset: string, weight: number): object => ({ destination: { host: PAYMENT_HOST, subset }, weight });
  return istioObject('networking.istio.io/v1', 'VirtualService', 'payment/payment-svc', {
    hosts: [PAYMENT_HOST],
    http: [{ name: 'payment-canary', route: [route('v1', v1), route('v2', v2)], timeout: '2s' }],
  });
}

/**
 * The subsets of payment-svc, by the value of the label `version` that each asks for.
 * @param tls mode that clients are told to speak; absent: as Istio decides
 */
export function paymentRule(versions: Readonly<Record<'v1' | 'v2', string>>, tls?: 'DISABLE'): NewObject {
  return istioObject('networking.istio.io/v1', 'DestinationRule', 'payment/payment-svc', {
    host: PAYMENT_HOST,
    subsets: Object.entries(versions).map(([name, version]) => ({ name, labels: { version } })),
    trafficPolicy: {
      connectionPool: {
        http: { http1MaxPendingRequests: 64, http2MaxRequests: 1000 },
        tcp: { maxConnections: 100 },
      },
      outlierDetection: {
        baseEjectionTime: '30s',
        consecutive5xxErrors: 5,
        interval: '10s',
        maxEjectionPercent: 50,
      },
      ...(tls !== undefined && { tls: { mode: tls } }),
    },
  });
}

/** Istio's own configuration, as the mesh has it before anything happens. */
export function istioObjects(bornMs: number): NewObject[] {
  const creationTimestamp = kubeTime(bornMs);
  return [...routing(), ...security(), ...extensions(), canaryObject({ v1: 100, v2: 0 })].map((object) => ({
    ...object,
    metadata: { ...object.metadata, creationTimestamp },
  }));
}

function routing(): NewObject[] {
  const subset = (name: string): object => ({ name, labels: { version: name } });
  return [
    istioObject('networking.istio.io/v1', 'Gateway', 'bookinfo/bookinfo-gateway', {
      selector: { istio: 'ingressgateway' },
      servers: [{ hosts: ['bookinfo.example.com'], port: { name: 'http', number: 80, protocol: 'HTTP' } }],
    }),
    istioObject('networking.istio.io/v1', 'VirtualService', 'bookinfo/bookinfo', {
      gateways: ['bookinfo-gateway'],
      hosts: ['bookinfo.example.com'],
      http: [
        {
          match: [{ uri: { prefix: '/productpage' } }, { uri: { prefix: '/status' } }],
          route: [{ destination: { host: 'productpage', port: { number: 9080 } } }],
        },
      ],
    }),
    istioObject('networking.istio.io/v1', 'VirtualService', 'bookinfo/reviews', {
      hosts: ['reviews'],
      http: [
        {
          name: 'jason-to-v2',
          match: [{ headers: { 'end-user': { exact: 'jason' } } }],
          route: [{ destination: { host: 'reviews', subset: 'v2' } }],
        },
        { route: [{ destination: { host: 'reviews', subset: 'v1' } }] },
      ],
    }),
    istioObject('networking.istio.io/v1', 'DestinationRule', 'bookinfo/reviews', {
      host: 'reviews',
      subsets: ['v1', 'v2', 'v3'].map(subset),
    }),
    paymentRule({ v1: 'v1', v2: 'v2' }),
  ];
}

function security(): NewObject[] {
  const paymentPods = { selector: { matchLabels: { app: 'payment-svc' } } };
  const principals = ['cluster.local/ns/payment/sa/checkout', 'cluster.local/ns/istio-system/sa/istio-ingressgateway'];
  return [
    istioObject('security.istio.io/v1', 'PeerAuthentication', 'istio-system/default', { mtls: { mode: 'PERMISSIVE' } }),
    istioObject('security.istio.io/v1', 'PeerAuthentication', 'payment/payment-strict', { mtls: { mode: 'STRICT' } }),
    istioObject('security.istio.io/v1', 'AuthorizationPolicy', 'payment/payment-allow', {
      ...paymentPods,
      action: 'ALLOW',
      rules: [{ from: [{ source: { principals } }], to: [{ operation: { methods: ['GET', 'POST'] } }] }],
    }),
    istioObject('security.istio.io/v1', 'AuthorizationPolicy', 'payment/payment-deny-admin', {
      ...paymentPods,
      action: 'DENY',
      rules: [{ to: [{ operation: { paths: ['/admin*'] } }] }],
    }),
  ];
}

function extensions(): NewObject[] {
  return [
    // What reviews-v2 rejects.
    istioObject('networking.istio.io/v1alpha3', 'EnvoyFilter', 'bookinfo/reviews-v2-audit', {
      workloadSelector: { labels: { app: 'reviews', version: 'v2' } },
      configPatches: [
        {
          applyTo: 'HTTP_FILTER',
          match: { context: 'SIDECAR_INBOUND' },
          patch: {
            operation: 'INSERT_BEFORE',
            value: { name: 'rig.does.not.exist', typed_config: { '@type': 'rig.NoSuchFilter' } },
          },
        },
      ],
    }),
    // One workload logs JSON beside all that log text.
    istioObject('telemetry.istio.io/v1', 'Telemetry', 'bookinfo/details-json-log', {
      selector: { matchLabels: { app: 'details' } },
      accessLogging: [{ providers: [{ name: 'json-log' }] }],
    }),
  ];
}

/** An object of Istio's. @param at `namespace/name` */
export function istioObject(apiVersion: string, kind: string, at: string, spec: object): NewObject {
  const [namespace = '', name = ''] = at.split('/');
  return { apiVersion, kind, metadata: { name, namespace }, spec };
}
