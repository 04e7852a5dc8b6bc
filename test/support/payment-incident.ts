import { epochSeconds } from '../../src/model/brand.ts';
import type { ClusterObjects } from '../../src/model/cluster.ts';
import type { ProxyConnection } from '../../src/model/proxy.ts';
import type { MeshSnapshot } from '../../src/model/snapshot.ts';
import type { RequestCount, RequestShape, Traffic } from '../../src/model/traffic.ts';
import { advanceMarks, type TrafficMarks } from '../../src/model/traffic-marks.ts';
import type { ConfigObject, Pod } from '../../src/model/workload.ts';
import { answer, connection, fresh, objects, type PolledMesh, pod, polledMesh, sync } from './mesh.ts';
import { service } from './service.ts';

const HOST = 'payment-svc.payment.svc.cluster.local';
const PODS = ['checkout-v1-5c7d8e9f6b-qw4rt', 'payment-svc-v1-6d8f9b7c5d-2xkqp', 'payment-svc-v2-7b9c6d5f4e-m8zrt'];
/** When the mesh begins to be looked at, and when the canary is declared. */
export const BEGIN = 1_000_000;
export const DECLARED: number = BEGIN + 60;

/** The one who calls, by name. */
export const CHECKOUT: { readonly namespace: string; readonly name: string } = {
  namespace: 'payment',
  name: PODS[0] ?? '',
};

/** An Istio object of namespace payment. */
export function istioObject(
  kind: string,
  name: string,
  spec: ConfigObject['spec'],
  namespace = 'payment',
): ConfigObject {
  const meta = { namespace, name, labels: {}, annotations: {}, createdAt: epochSeconds(1) };
  return { apiVersion: 'v1', kind, ...meta, spec };
}

/** A VirtualService that divides payment-svc's requests. */
export function canary(v1: number, v2: number): ConfigObject {
  const to = (subset: string, weight: number): object => ({ destination: { host: HOST, subset }, weight });
  const http = [{ name: 'payment-canary', route: [to('v1', v1), to('v2', v2)] }];
  return istioObject('VirtualService', 'payment-svc', { hosts: [HOST], http });
}

/** Configuration of the mesh, beside what a test puts in. */
export function configWith(virtualServices: readonly ConfigObject[]): ClusterObjects['config'] {
  const subset = (name: string): object => ({ name, labels: { version: name } });
  const rule = istioObject('DestinationRule', 'payment-svc', { host: HOST, subsets: ['v1', 'v2'].map(subset) });
  return {
    'virtualservices.networking.istio.io': fresh(objects(virtualServices)),
    'destinationrules.networking.istio.io': fresh(objects([rule])),
    'peerauthentications.security.istio.io': fresh(new Map()),
    'authorizationpolicies.security.istio.io': fresh(new Map()),
    'telemetries.telemetry.istio.io': fresh(new Map()),
  };
}

function podOf(name: string, nth: number): Pod {
  const [, app = '', version = ''] = /^(.+)-(v\d)-/.exec(name) ?? [];
  return pod('payment', name, { labels: { app, version }, ips: [`10.0.0.${nth + 20}`] });
}

const DENY = {
  namespace: 'payment',
  name: 'default-deny',
  podSelector: {},
  policyTypes: ['Egress'],
  changedAt: epochSeconds(DECLARED - 5),
} as const;

/** A mesh with the namespace payment in it, all well. */
export function paymentMesh(): PolledMesh {
  const mesh = polledMesh();
  const pods = PODS.map(podOf);
  mesh.setCluster({
    pods: fresh(
      objects([...pods, pod('istio-system', 'istiod-1', { labels: { app: 'istiod' }, proxy: undefined as never })]),
    ),
    namespaces: fresh(objects([{ name: 'payment', labels: { 'istio-injection': 'enabled' } }])),
    injectors: fresh(new Map()),
    networkPolicies: fresh(new Map()),
    meshConfigs: fresh(
      objects([
        { namespace: 'istio-system', name: 'istio', revision: 'default', accessLogFile: '/dev/stdout', raw: {} },
      ]),
    ),
    replicaSets: fresh(new Map()),
    services: fresh(
      objects([
        {
          ...service('payment', 'payment-svc', ['10.96.0.1']),
          selector: { app: 'payment-svc' },
          ports: [{ port: 8080, protocol: 'TCP' }],
        },
      ]),
    ),
    endpointSlices: fresh(
      objects([
        {
          namespace: 'payment',
          name: 'payment-svc-1',
          service: 'payment-svc',
          endpoints: PODS.slice(1).map((name, nth) => ({
            addresses: [`10.0.0.${nth + 21}`],
            pod: name,
            ready: true,
            serving: true,
            terminating: false,
          })),
        } as never,
      ]),
    ),
    config: configWith([canary(100, 0)]),
  });
  mesh.poll(BEGIN, [answer(listed('n1'))]);
  return mesh;
}

/** The three proxies, with this for each type. */
export function listed(words: string, sentAt: number = BEGIN): readonly ProxyConnection[] {
  return PODS.map((name) => connection('payment', name, { cds: sync(words, sentAt), lds: sync(words, sentAt) }));
}

/** NetworkPolicy, canary, and then silence: `gone` once istiod has dropped their connections. */
export function playIncident(mesh: PolledMesh, how: 'stale' | 'gone', seconds: number): void {
  mesh.setCluster({ networkPolicies: fresh(objects([DENY])), config: configWith([canary(90, 10)]) });
  for (let at = DECLARED + 10; at <= DECLARED + seconds; at += 10) {
    mesh.poll(at, [answer(how === 'stale' ? listed('n1>n2', DECLARED) : [])]);
  }
}

const SHAPE: RequestShape = {
  proxyNamespace: 'payment',
  workload: 'checkout-v1',
  direction: 'outbound',
  destination: HOST,
  subset: 'v1',
  route: 'payment-canary',
  responseCode: 200,
  flags: [],
  details: 'via_upstream',
};
const shapes = new Map<string, RequestShape>();

/** The shape with these changes: the same object each time, as a tally keeps it. */
export function shape(changes: Partial<RequestShape> = {}): RequestShape {
  const key = JSON.stringify(changes);
  const known = shapes.get(key) ?? { ...SHAPE, ...changes };
  shapes.set(key, known);
  return known;
}

/** What has been counted, in the order of time. */
export interface Counting {
  readonly at: number;
  readonly requests: readonly RequestCount[];
  readonly config: ClusterObjects['config'];
  readonly proxyLogs?: Traffic['proxyLogs'];
}

/** The snapshot at the last of these moments, with what is remembered of those before. */
export function withTraffic(snapshot: MeshSnapshot, countings: readonly Counting[]): MeshSnapshot {
  let marks: TrafficMarks = [];
  let now = snapshot;
  for (const { at: seconds, requests, config, proxyLogs = [] } of countings) {
    const at = epochSeconds(seconds);
    const traffic = { requests, proxyLogs, xdsStreamFailures: [], intake: [] };
    marks = advanceMarks(marks, { at, traffic, config });
    now = { ...now, takenAt: at, traffic: fresh(traffic, seconds), trafficMarks: marks };
  }
  return now;
}

/** Requests of checkout, ten a second since the beginning, divided like this from then on. */
export function steady(mesh: PolledMesh, until: number, share: (at: number) => number = () => 0): readonly Counting[] {
  const { config } = mesh.snapshot.cluster;
  const before = configWith([canary(100, 0)]);
  const countings: Counting[] = [];
  let [v1, v2] = [0, 0];
  for (let at = BEGIN; at <= until; at += 10) {
    const hits = Math.round(100 * share(at));
    [v1, v2] = [v1 + 100 - hits, v2 + hits];
    const requests = [
      { shape: shape(), count: v1 },
      { shape: shape({ subset: 'v2' }), count: v2 },
    ];
    countings.push({ at, requests, config: at < DECLARED ? before : config });
  }
  return countings;
}
