import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { epochSeconds } from '../../src/model/brand.ts';
import { NO_CLUSTER } from '../../src/model/cluster.ts';
import { emptySnapshot, type MeshSnapshot } from '../../src/model/snapshot.ts';
import type { ConfigObject } from '../../src/model/workload.ts';
import { routes } from '../../src/rungs/routes/rung.ts';
import { fresh, objects, REFUSED } from '../support/mesh.ts';
import { rungText } from '../support/rung-text.ts';

function configObject(kind: string, at: string, spec: Record<string, unknown>): ConfigObject {
  const [namespace = '', name = ''] = at.split('/');
  return { apiVersion: 'x/v1', kind, namespace, name, labels: {}, annotations: {}, createdAt: epochSeconds(1), spec };
}

function snapshotOf(virtualServices: readonly ConfigObject[], httpRoutes?: readonly ConfigObject[]): MeshSnapshot {
  const config = {
    'virtualservices.networking.istio.io': fresh(objects(virtualServices)),
    ...(httpRoutes !== undefined && { 'httproutes.gateway.networking.k8s.io': fresh(objects(httpRoutes)) }),
  };
  return { ...emptySnapshot(epochSeconds(100)), cluster: { ...NO_CLUSTER, config } };
}

/** What a VirtualService `payment/canary` with these HTTP routes declares, as `route destination subset ratio`. */
function declared(...http: readonly Record<string, unknown>[]): readonly string[] {
  return briefly(snapshotOf([configObject('VirtualService', 'payment/canary', { hosts: ['payment-svc'], http })]));
}

function briefly(snapshot: MeshSnapshot): readonly string[] {
  const { declaredRatio } = routes.evaluate(snapshot);
  return declaredRatio.map(({ labels, value }) =>
    [labels.route || '""', labels.destination, labels.subset || '""', value].join(' '),
  );
}

function to(host: string, subset?: string, weight?: number): Record<string, unknown> {
  return { destination: { host, ...(subset !== undefined && { subset }) }, ...(weight !== undefined && { weight }) };
}

test('a canary is declared by route, destination and subset', () => {
  const spec = {
    hosts: ['payment-svc'],
    http: [{ name: 'payment-canary', route: [to('payment-svc', 'v1', 90), to('payment-svc', 'v2', 10)] }],
  };
  const object = 'object_namespace="payment",object_kind="VirtualService",object_name="payment-svc"';
  const labels = `${object},route="payment-canary",destination="payment-svc.payment.svc.cluster.local"`;
  assert.deepEqual(rungText(routes, snapshotOf([configObject('VirtualService', 'payment/payment-svc', spec)])), [
    `route_weight_declared_ratio{${labels},subset="v1"} 0.9`,
    `route_weight_declared_ratio{${labels},subset="v2"} 0.1`,
  ]);
});

const CASES: Readonly<Record<string, readonly [http: readonly Record<string, unknown>[], ratios: readonly string[]]>> =
  {
    'one destination has all, whatever its weight': [
      [{ name: 'a', route: [to('x.shop.svc.cluster.local', 'v1', 0)] }],
      ['a x.shop.svc.cluster.local v1 1'],
    ],
    'weights need not add up to 100': [
      [{ name: 'a', route: [to('s', 'v1', 1), to('s', 'v2', 3)] }],
      ['a s.payment.svc.cluster.local v1 0.25', 'a s.payment.svc.cluster.local v2 0.75'],
    ],
    'a destination without a weight beside others gets nothing': [
      [{ name: 'a', route: [to('s', 'v1', 100), to('s', 'v2')] }],
      ['a s.payment.svc.cluster.local v1 1', 'a s.payment.svc.cluster.local v2 0'],
    ],
    'a name with a dot is complete': [[{ name: 'a', route: [to('s.other')] }], ['a s.other "" 1']],
    'named matches make names of their own': [
      [{ name: 'a', match: [{ name: 'm1' }, { uri: {} }, { name: 'm2' }], route: [to('s')] }],
      [
        'a.m1 s.payment.svc.cluster.local "" 1',
        'a s.payment.svc.cluster.local "" 1',
        'a.m2 s.payment.svc.cluster.local "" 1',
      ],
    ],
    'the same subset twice in one route is added up': [
      [{ name: 'a', route: [to('s', 'v1', 30), to('s', 'v1', 20), to('s', 'v2', 50)] }],
      ['a s.payment.svc.cluster.local v1 0.5', 'a s.payment.svc.cluster.local v2 0.5'],
    ],
    'unnamed routes that agree are one': [
      [{ route: [to('s', 'v1')] }, { route: [to('s', 'v1')] }],
      ['"" s.payment.svc.cluster.local v1 1'],
    ],
    'unnamed routes that disagree cannot be told apart in a log': [
      [
        { route: [to('s', 'v1', 90), to('s', 'v2', 10)] },
        { route: [to('s', 'v1')] },
        { name: 'b', route: [to('s', 'v2')] },
      ],
      ['b s.payment.svc.cluster.local v2 1'],
    ],
    'redirects and direct responses send nobody anywhere': [
      [{ name: 'a', redirect: { uri: '/' } }, { directResponse: { status: 503 } }],
      [],
    ],
    'weights of nothing': [[{ name: 'a', route: [to('s', 'v1', 0), to('s', 'v2', 0)] }], []],
  };

for (const [name, [http, ratios]] of Object.entries(CASES)) {
  test(name, () => assert.deepEqual(declared(...http), ratios));
}

test('a delegate is read where it is named, under both names, in its own namespace', () => {
  const root = configObject('VirtualService', 'edge/root', {
    hosts: ['shop.example'],
    http: [{ name: 'shop', delegate: { name: 'leaf', namespace: 'shop' } }, { delegate: { name: 'nobody' } }],
  });
  const leaf = configObject('VirtualService', 'shop/leaf', {
    http: [{ name: 'split', route: [to('cart', 'v1', 50), to('cart', 'v2', 50)] }, { route: [to('web')] }],
  });
  assert.deepEqual(briefly(snapshotOf([leaf, root])), [
    'shop-split cart.shop.svc.cluster.local v1 0.5',
    'shop-split cart.shop.svc.cluster.local v2 0.5',
    'shop web.shop.svc.cluster.local "" 1',
  ]);
});

test('an HTTPRoute is named by its place, and its backends count 1 unless they say otherwise', () => {
  const rules = [
    {
      backendRefs: [
        { name: 'a', port: 80 },
        { name: 'b', port: 80, weight: 3, namespace: 'other' },
      ],
    },
    { name: 'named', backendRefs: [{ name: 'c', weight: 0 }, { name: 'd' }, { kind: 'InferencePool', name: 'e' }] },
    { filters: [] },
  ];
  assert.deepEqual(briefly(snapshotOf([], [configObject('HTTPRoute', 'shop/web', { rules })])), [
    'shop.web.0 a.shop.svc.cluster.local "" 0.25',
    'shop.web.0 b.other.svc.cluster.local "" 0.75',
    'named c.shop.svc.cluster.local "" 0',
    'named d.shop.svc.cluster.local "" 1',
  ]);
});

test('what is not known declares nothing', () => {
  assert.deepEqual(rungText(routes, emptySnapshot(epochSeconds(1))), []);
});

test('whatever a spec holds, shares lie between 0 and 1 and no label set comes twice', () => {
  const anything = fc.jsonValue() as fc.Arbitrary<unknown>;
  const target = fc.oneof(
    anything,
    fc.record({
      destination: fc.record({ host: fc.constantFrom('s', 't.x'), subset: fc.constantFrom('v1', 'v2') }),
      weight: fc.oneof(fc.integer({ min: -1, max: 100 }), anything),
    }),
  );
  const http = fc.record({
    name: fc.constantFrom('', 'a'),
    match: anything,
    route: fc.oneof(fc.array(target), anything),
  });
  fc.assert(
    fc.property(fc.oneof(fc.array(http), anything), (list) => {
      const snapshot = snapshotOf([configObject('VirtualService', 'n/v', { hosts: ['h'], http: list })]);
      rungText(routes, snapshot);
      for (const { value } of routes.evaluate(snapshot).declaredRatio) assert.ok(value >= 0 && value <= 1 + 1e-9);
    }),
  );
});

test('what was declared when Kubernetes fell silent is no news for ever', () => {
  const http = [{ route: [{ destination: { host: 'payment-svc' } }] }];
  const value = objects([configObject('VirtualService', 'payment/canary', { hosts: ['payment-svc'], http })]);
  const silentSince = (at: number): MeshSnapshot => {
    const stale = { state: 'stale' as const, at: epochSeconds(at), value, error: REFUSED };
    const config = { 'virtualservices.networking.istio.io': stale };
    return { ...emptySnapshot(epochSeconds(100)), cluster: { ...NO_CLUSTER, config } };
  };
  assert.equal(routes.evaluate(silentSince(40)).declaredRatio.length, 1);
  assert.equal(routes.evaluate(silentSince(39)).declaredRatio.length, 0);
});
