import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { epochSeconds } from '../../../src/model/brand.ts';
import { NO_CLUSTER } from '../../../src/model/cluster.ts';
import { advanceEndpointChanges, type EndpointChanges } from '../../../src/model/endpoint-changes.ts';
import type { ClusterHosts, FaultyHost, ProxyInspection } from '../../../src/model/inspection.ts';
import { emptySnapshot, type MeshSnapshot } from '../../../src/model/snapshot.ts';
import type { ConfigObject, EndpointSlice, Service } from '../../../src/model/workload.ts';
import { MAX_LOOK_SECONDS } from '../../../src/rungs/endpoints/envoy-views.ts';
import { endpoints } from '../../../src/rungs/endpoints/rung.ts';
import type { Finding, Scope } from '../../../src/rungs/rung.ts';
import { answer, connection, fresh, objects, pod } from '../../support/mesh.ts';
import { service } from '../../support/service.ts';

const NOW = 10_000;
const CART = 'cart.shop.svc.cluster.local';

function slice(...addresses: readonly string[]): EndpointSlice {
  const list = addresses.map((address) => ({
    addresses: [address],
    pod: `cart-${address.at(-1)}`,
    ready: true,
    serving: true,
    terminating: false,
  }));
  return { namespace: 'shop', name: 'cart-x', service: 'cart', ports: [], endpoints: list };
}

/** What an Envoy has of `shop/cart`: healthy addresses, and those that are out. */
function hosts(
  healthy: readonly string[],
  faulty: readonly FaultyHost[] = [],
  changes: Partial<ClusterHosts> = {},
): ClusterHosts {
  const ejected = faulty.filter(({ faults }) => faults.includes('outlier_ejected')).length;
  return {
    destination: CART,
    port: 80,
    subset: '',
    healthy: healthy.length,
    unhealthy: faulty.length - ejected,
    ejected,
    faults: {},
    addresses: healthy,
    faulty,
    ...changes,
  };
}

function look(name: string, ago: number, ...list: readonly ClusterHosts[]): ProxyInspection {
  return { namespace: 'shop', name, workload: 'web', at: epochSeconds(NOW - ago), hosts: list };
}

interface Given {
  readonly slices?: readonly string[];
  readonly looks?: readonly ProxyInspection[];
  /** Addresses in slices, at a second before now. */
  readonly before?: readonly (readonly [ago: number, ...addresses: readonly string[]])[];
  readonly headless?: true;
  /** Of the service. */
  readonly own?: Partial<Service>;
  readonly config?: readonly ConfigObject[];
  readonly changes?: Partial<MeshSnapshot>;
}

function mesh({
  slices = ['10.0.0.1', '10.0.0.2'],
  looks = [],
  before = [],
  headless,
  own,
  config = [],
  changes,
}: Given): MeshSnapshot {
  const listed = objects([slice(...slices)]);
  let seen: EndpointChanges | undefined;
  for (const [ago, ...addresses] of before) {
    seen = advanceEndpointChanges(seen, { slices: objects([slice(...addresses)]), at: epochSeconds(NOW - ago) });
  }
  const pods = ['1', '2', '3'].map((nth) =>
    pod('shop', `cart-${nth}`, { labels: { app: 'cart' }, ips: [`10.0.0.${nth}`] }),
  );
  return {
    ...emptySnapshot(epochSeconds(NOW)),
    cluster: {
      ...NO_CLUSTER,
      services: fresh(
        objects([{ ...service('shop', 'cart', headless ? [] : ['10.96.0.1']), selector: { app: 'cart' }, ...own }]),
      ),
      pods: fresh(objects([...pods, pod('shop', 'web-1')])),
      endpointSlices: fresh(listed),
      config: Object.fromEntries(config.map((each) => [each.kind, fresh(objects([each]))])),
    },
    inspections: fresh({ proxies: new Map(looks.map((each) => [`shop/${each.name}`, each])), failed: new Map() }),
    ...(seen !== undefined && { endpointChanges: seen }),
    ...changes,
  };
}

function configured(kind: string, name: string, spec: ConfigObject['spec']): ConfigObject {
  const named = { apiVersion: '', namespace: 'shop', labels: {}, annotations: {}, createdAt: epochSeconds(1) };
  return { ...named, kind, name, spec };
}

const EJECTED: FaultyHost = { address: '10.0.0.2', faults: ['outlier_ejected'] };

describe('endpoints of the layer envoy', () => {
  const told = (given: Given): readonly string[] =>
    endpoints
      .evaluate(mesh(given))
      .endpoints.filter(({ labels }) => labels.layer === 'envoy')
      .map(({ labels, value }) => `${labels.subset || '-'} ${labels.health} ${value}`);

  test('are those of the Envoy with the fewest healthy hosts', () => {
    const looks = [look('web-1', 5, hosts(['10.0.0.1', '10.0.0.2'])), look('web-2', 5, hosts(['10.0.0.1'], [EJECTED]))];
    assert.deepEqual(told({ looks }), ['- healthy 1', '- unhealthy 0', '- ejected 1']);
  });

  test('and of the port with the fewest; each subset by itself', () => {
    const v1 = hosts([], [{ address: '10.0.0.1', faults: ['eds_unhealthy'] }], { subset: 'v1' });
    const looks = [look('web-1', 5, hosts(['10.0.0.1']), hosts([], [], { port: 81 }), v1)];
    assert.deepEqual(told({ looks }), [
      '- healthy 0',
      '- unhealthy 0',
      '- ejected 0',
      'v1 healthy 0',
      'v1 unhealthy 1',
      'v1 ejected 0',
    ]);
  });

  test('of looks of long ago, of headless services and of nobody there is nothing', () => {
    assert.deepEqual(told({ looks: [look('web-1', MAX_LOOK_SECONDS + 1, hosts(['10.0.0.1']))] }), []);
    assert.deepEqual(told({ looks: [look('web-1', 5, hosts([]))], headless: true }), []);
    assert.deepEqual(told({}), []);
    assert.deepEqual(told({ changes: { inspections: { state: 'pending' } } }), []);
  });
});

function examined(given: Given, scope: Scope = {}): Finding {
  const finding = endpoints.examine?.(mesh(given), scope);
  assert.ok(finding !== undefined);
  return finding;
}

const MANY = Array.from({ length: 100 }, (_, nth) => `10.1.0.${nth}`);
const SETTLED: Given['before'] = [[900, '10.0.0.1', '10.0.0.2']];

const cases: readonly (readonly [what: string, Given, summary: string])[] = [
  [
    'a host is ejected: its pod and the reason are named',
    { looks: [look('web-1', 5, hosts(['10.0.0.1'], [EJECTED]))] },
    'cart: cart-2 (10.0.0.2) ejected by outlier detection',
  ],
  [
    'a host is out for two reasons',
    {
      looks: [
        look(
          'web-1',
          5,
          hosts(['10.0.0.1'], [{ address: '10.0.0.2', faults: ['health_check_failed', 'eds_unhealthy'] }]),
        ),
      ],
    },
    "cart: cart-2 (10.0.0.2) failed Envoy's health check, unhealthy, as istiod says",
  ],
  [
    'all are ejected',
    { looks: [look('web-1', 5, hosts([], [{ address: '10.0.0.1', faults: ['outlier_ejected'] }, EJECTED]))] },
    'cart: all 2 hosts ejected in web-1: its requests end with UH',
  ],
  [
    'all of a subset are ejected',
    { looks: [look('web-1', 5, hosts(['10.0.0.1', '10.0.0.2']), hosts([], [EJECTED], { subset: 'v2' }))] },
    'cart: the only host of subset v2 ejected in web-1: its requests end with UH',
  ],
  [
    'a host is ejected, and nobody noted which',
    { looks: [look('web-1', 5, { ...hosts(['10.0.0.1', '10.0.0.2']), ejected: 1 })] },
    'cart: 1 host out in web-1',
  ],
  [
    'a ready address that no Envoy has',
    { looks: [look('web-1', 5, hosts(['10.0.0.1'])), look('web-2', 60, hosts(['10.0.0.1']))], before: SETTLED },
    'cart: cart-2 (10.0.0.2) ready, and in none of 2 Envoys looked into',
  ],
  [
    'one that some Envoy has is not missed',
    {
      looks: [look('web-1', 5, hosts(['10.0.0.1'])), look('web-2', 60, hosts(['10.0.0.1', '10.0.0.2']))],
      before: SETTLED,
    },
    '1 service with ready endpoints',
  ],
  [
    'one that became ready a moment ago may be on its way',
    {
      looks: [look('web-1', 5, hosts(['10.0.0.1']))],
      before: [
        [900, '10.0.0.1'],
        [30, '10.0.0.1', '10.0.0.2'],
      ],
    },
    '1 service with ready endpoints',
  ],
  [
    'one that became ready since the last look',
    {
      looks: [look('web-1', 500, hosts(['10.0.0.1']))],
      before: [
        [900, '10.0.0.1'],
        [300, '10.0.0.1', '10.0.0.2'],
      ],
    },
    '1 service with ready endpoints',
  ],
  [
    'in a single look without a memory what was seen now is held against now',
    { looks: [look('web-1', 5, hosts(['10.0.0.1']))] },
    'cart: cart-2 (10.0.0.2) ready, and in none of 1 Envoy looked into',
  ],
  [
    'and what was seen earlier is not',
    { looks: [look('web-1', 60, hosts(['10.0.0.1']))] },
    '1 service with ready endpoints',
  ],
  [
    'a list that was cut short lacks nothing',
    { looks: [look('web-1', 5, hosts(MANY))], slices: [...MANY, '10.0.0.1'], before: [[900, ...MANY, '10.0.0.1']] },
    '1 service with ready endpoints',
  ],
  [
    'an Envoy that knows nobody, where others do',
    { looks: [look('web-1', 5, hosts([])), look('web-2', 5, hosts(['10.0.0.1', '10.0.0.2']))], before: SETTLED },
    'cart: web-1 knows no host of it: its requests end with UH',
  ],
  [
    'an address that went long before the look',
    {
      looks: [look('web-1', 5, hosts(['10.0.0.1', '10.0.0.2', '10.0.0.9']))],
      before: [
        [900, '10.0.0.9'],
        [600, '10.0.0.1', '10.0.0.2'],
      ],
    },
    'cart: web-1 still has 10.0.0.9, which no EndpointSlice has',
  ],
  [
    'one that went since',
    {
      looks: [look('web-1', 500, hosts(['10.0.0.1', '10.0.0.2', '10.0.0.9']))],
      before: [
        [900, '10.0.0.9'],
        [510, '10.0.0.1', '10.0.0.2'],
      ],
    },
    '1 service with ready endpoints',
  ],
  [
    'a workload outside of Kubernetes',
    {
      looks: [look('web-1', 5, hosts(['10.0.0.1', '10.0.0.2', '10.7.0.1']))],
      before: SETTLED,
      config: [configured('workloadentries.networking.istio.io', 'vm', { address: '10.7.0.1' })],
    },
    '1 service with ready endpoints',
  ],
  [
    'what DNS finds',
    { looks: [look('web-1', 5, hosts(['10.0.0.1', '10.0.0.2', 'db.example.com']))], before: SETTLED },
    '1 service with ready endpoints',
  ],
  [
    'an address of another cluster of the mesh',
    {
      looks: [look('web-1', 5, hosts(['10.0.0.1', '10.0.0.2', '10.7.0.1']))],
      before: SETTLED,
      changes: {
        controlPlane: fresh({
          poll: 1,
          istiods: [answer([connection('shop', 'web-1', {}), connection('shop', 'web-2', {}, { cluster: 'west' })])],
        }),
      },
    },
    '1 service with ready endpoints',
  ],
  [
    'a service whose callers reach their own node alone',
    { looks: [look('web-1', 5, hosts([]))], before: SETTLED, own: { nodeLocal: true } },
    '1 service with ready endpoints',
  ],
  [
    'a service behind a waypoint',
    {
      looks: [look('web-1', 5, hosts(['10.0.0.9']))],
      before: SETTLED,
      own: { labels: { 'istio.io/use-waypoint': 'w' } },
    },
    '1 service with ready endpoints',
  ],
  [
    'a service that is in none though its namespace has one',
    { looks: [look('web-1', 5, hosts([]))], before: SETTLED, own: { labels: { 'istio.io/use-waypoint': 'none' } } },
    'cart: cart-1 (10.0.0.1), cart-2 (10.0.0.2) ready, and in none of 1 Envoy looked into',
  ],
  [
    'headless services',
    { looks: [look('web-1', 5, hosts([]))], before: SETTLED, headless: true },
    '1 service with ready endpoints',
  ],
];
for (const [what, given, summary] of cases) {
  test(`Envoy against Kubernetes: ${what}`, () => {
    const finding = examined(given);
    assert.equal(finding.summary, summary);
    assert.equal(finding.verdict, summary.startsWith('1 service') ? 'ok' : 'finding');
  });
}

test('the evidence says who saw it, when and where, and the command shows it', () => {
  const { evidence, next } = examined({ looks: [look('web-1', 40, hosts(['10.0.0.1'], [EJECTED]))], before: SETTLED });
  assert.deepEqual(evidence, [
    'as web-1.shop saw it 40 s ago (port 80): 1 healthy, 1 ejected',
    'cart-2 (10.0.0.2): ejected by outlier detection',
    'requests to gone endpoints: unknown: needs endpoints beside logs',
  ]);
  assert.equal(next, "istioctl proxy-config endpoints web-1.shop --cluster 'outbound|80||cart.shop.svc.cluster.local'");
});

const scopes: readonly (readonly [Scope, isFound: boolean])[] = [
  [{ namespace: 'shop' }, true],
  [{ namespace: 'elsewhere' }, false],
  [{ namespace: 'shop', name: 'cart-1' }, true],
  [{ namespace: 'shop', name: 'web-1' }, true],
  [{ namespace: 'shop', name: 'web-2' }, false],
];
for (const [scope, isFound] of scopes) {
  test(`asked about ${scope.name ?? scope.namespace}: what is wrong of its service, or in its own Envoy`, () => {
    const looks = [look('web-1', 5, hosts(['10.0.0.1'], [EJECTED])), look('web-2', 5, hosts(['10.0.0.1', '10.0.0.2']))];
    assert.equal(examined({ looks }, scope).verdict, isFound ? 'finding' : 'ok');
  });
}

describe('what requests tell', () => {
  const shape = {
    proxyNamespace: 'shop',
    workload: 'web-v1',
    direction: 'outbound',
    destination: CART,
    subset: '',
    route: '',
    responseCode: 503,
    flags: ['UO'],
    details: 'overflow',
  } as const;
  const none = { requests: [], proxyLogs: [], xdsStreamFailures: [], intake: [] };
  const overflowing: Partial<MeshSnapshot> = {
    traffic: fresh({ ...none, requests: [{ shape, count: 43 }] }),
    trafficMarks: [{ at: epochSeconds(NOW - 240), traffic: none, config: {} }],
  };
  const rule = (spec: ConfigObject['spec']): ConfigObject =>
    configured('destinationrules.networking.istio.io', 'cart-limits', { host: 'cart', ...spec });
  const limits = { connectionPool: { http: { http1MaxPendingRequests: 1 } } };
  const rules: readonly (readonly [string, ConfigObject['spec'], boolean])[] = [
    ['for all of it', { trafficPolicy: limits }, true],
    ['for a port', { trafficPolicy: { portLevelSettings: [{ port: { number: 80 }, ...limits }] } }, true],
    ['for a subset', { subsets: [{ name: 'v1', trafficPolicy: limits }] }, true],
    ['for hosts like it', { host: '*.shop.svc.cluster.local', trafficPolicy: limits }, true],
    ['for another host', { host: 'other', trafficPolicy: limits }, false],
    ['and none', { trafficPolicy: { tls: { mode: 'DISABLE' } } }, false],
  ];
  for (const [what, spec, isNamed] of rules) {
    test(`a circuit breaker turns requests away, and a DestinationRule sets its limits ${what}`, () => {
      const { summary, next } = examined({ changes: overflowing, config: [rule(spec)] });
      const by = isNamed ? 'DestinationRule shop/cart-limits sets the limits' : 'no DestinationRule sets limits';
      assert.equal(summary, `43 requests to cart turned away by its circuit breaker in 4 min (UO), ${by}`);
      assert.equal(next, isNamed ? 'kubectl -n shop get destinationrule cart-limits -o yaml' : undefined);
    });
  }

  const gone = (ago: number, untold = 0): Partial<MeshSnapshot> => {
    const pair = { proxyNamespace: 'shop', workload: 'web-v1', destination: CART };
    const lately = [{ ...pair, address: '10.0.0.9', count: 14, lastAt: epochSeconds(NOW - ago) }];
    return { goneRequests: { counts: [{ ...pair, count: 20 }], lately, untold, hosts: [], unlisted: new Map() } };
  };

  test('requests went to an address that is none of an endpoint', () => {
    const { summary, evidence } = examined({ changes: gone(5) });
    assert.equal(summary, '14 requests to cart sent to 10.0.0.9, which no EndpointSlice has');
    assert.deepEqual(evidence, ['gone 10.0.0.9: requests of web-v1.shop, the last 5 s ago']);
  });

  test('a while ago is not now; what cannot be told is said', () => {
    assert.equal(examined({ changes: gone(301) }).verdict, 'ok');
    assert.deepEqual(examined({ changes: gone(301, 3) }).evidence.slice(1), [
      'requests to gone endpoints: of 3 requests to more hosts than are kept apart, unknown',
    ]);
    assert.deepEqual(examined({}).evidence.slice(1), [
      'requests to gone endpoints: unknown: needs endpoints beside logs',
    ]);
  });

  test('counted by workload and destination, since the start', () => {
    const samples = endpoints.evaluate(mesh({ changes: gone(500) })).goneRequests;
    const labels = { mesh_cluster: 'Kubernetes', proxy_namespace: 'shop', workload: 'web-v1', destination: CART };
    assert.deepEqual(samples, [{ labels, value: 20 }]);
    assert.deepEqual(endpoints.evaluate(mesh({})).goneRequests, []);
  });
});
