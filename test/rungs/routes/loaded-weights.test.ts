import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { EnvoyConfig } from '../../../src/model/envoy-config.ts';
import type { EnvoyState } from '../../../src/model/envoy-resource.ts';
import type { EnvoyRoute, EnvoyRouteConfig } from '../../../src/model/envoy-route.ts';
import { loadedWeights } from '../../../src/rungs/routes/loaded-weights.ts';
import { CHECKOUT, GATEWAY, PAYMENT, readConfigFixture } from '../../support/envoy-dump.ts';

const HOST = 'payment-svc.payment.svc.cluster.local';

/** `WRITER/ROUTE DESTINATION/SUBSET RATIO`, destinations without their domain. */
function briefly(config: EnvoyConfig): readonly string[] {
  return loadedWeights(config).map(({ object, route, destination, subset, ratio }) => {
    const writer = object === undefined ? '-' : `${object.namespace}/${object.name}`;
    return `${writer}/${route} ${destination.replace('.svc.cluster.local', '')}/${subset} ${ratio}`;
  });
}

function route(
  name: string,
  clusters: Readonly<Record<string, number>>,
  virtualService = 'canary.payment',
): EnvoyRoute {
  const weighted = Object.entries(clusters).map(([cluster, weight]) => ({ name: cluster, weight }));
  return { name, virtualService, match: {}, body: {}, action: { kind: 'clusters', clusters: weighted } };
}

function routeConfig(state: EnvoyState, ...routes: readonly EnvoyRoute[]): EnvoyRouteConfig {
  return { name: '80', state, body: {}, ignoresPort: false, virtualHosts: [{ name: 'h', domains: ['h'], routes }] };
}

function configOf(...routes: readonly EnvoyRouteConfig[]): EnvoyConfig {
  return { spelling: 'snake', routes, rejections: [], problems: [] };
}

function inside(routes: EnvoyRouteConfig, state: EnvoyState = 'active'): EnvoyConfig {
  const chain = { name: '', match: undefined, filters: [], target: { kind: 'inline', routes } } as const;
  const listener = { name: 'l', state, body: {}, addresses: [], direction: '', filterChains: [chain] };
  return { spelling: 'camel', listeners: [{ ...listener, usesOriginalDst: false }], rejections: [], problems: [] };
}

const V1 = `outbound|80|v1|${HOST}`;
const V2 = `outbound|80|v2|${HOST}`;
const SPLIT = ['payment/canary/a payment-svc.payment/v1 0.9', 'payment/canary/a payment-svc.payment/v2 0.1'];

const CASES: Readonly<Record<string, readonly [config: EnvoyConfig, weights: readonly string[]]>> = {
  'weights need not add up to 100': [configOf(routeConfig('active', route('a', { [V1]: 9, [V2]: 1 }))), SPLIT],
  'the same route on every port is one': [
    configOf(
      routeConfig('active', route('a', { [V1]: 90, [V2]: 10 })),
      routeConfig('active', route('a', { [V1.replace('80', '8080')]: 90, [V2.replace('80', '8080')]: 10 })),
    ),
    SPLIT,
  ],
  'one name on two ports of a route adds up': [
    configOf(routeConfig('active', route('a', { [V1]: 50, [V1.replace('80', '81')]: 50 }))),
    ['payment/canary/a payment-svc.payment/v1 1'],
  ],
  'a lone cluster has all': [
    configOf(routeConfig('static', route('a', { [V1]: 0 }))),
    ['payment/canary/a payment-svc.payment/v1 1'],
  ],
  'routes of one name that disagree are left out, others of the object are not': [
    configOf(routeConfig('active', route('', { [V1]: 1 }), route('', { [V2]: 1 }), route('b', { [V2]: 1 }))),
    ['payment/canary/b payment-svc.payment/v2 1'],
  ],
  'one name in two objects is two routes': [
    configOf(routeConfig('active', route('', { [V1]: 1 }), route('', { [V2]: 1 }, 'x.y.shop'))),
    ['payment/canary/ payment-svc.payment/v1 1', 'shop/x.y/ payment-svc.payment/v2 1'],
  ],
  'routes inside a listener': [inside(routeConfig('static', route('a', { [V1]: 90, [V2]: 10 }))), SPLIT],
  'listeners and routes that wait or were refused are not in force': [
    { ...inside(routeConfig('static', route('a', { [V1]: 1 })), 'warming'), ...configOf() },
    [],
  ],
  'refused routes': [configOf(routeConfig('rejected', route('a', { [V1]: 1 }))), []],
  'what goes to the own pod is no split': [configOf(routeConfig('active', route('a', { 'inbound|80||': 1 }))), []],
  'a route that nobody wrote is told where it divides requests': [
    configOf(routeConfig('active', route('default', { [V1]: 1 }, ''), route('x', { [V1]: 90, [V2]: 10 }, ''))),
    ['-/x payment-svc.payment/v1 0.9', '-/x payment-svc.payment/v2 0.1'],
  ],
  'a part that is no service takes its share': [
    configOf(routeConfig('active', route('a', { [V1]: 3, PassthroughCluster: 1 }))),
    ['payment/canary/a payment-svc.payment/v1 0.75'],
  ],
  'a waypoint names its services otherwise': [
    inside(
      routeConfig(
        'static',
        route('a', { [`inbound-vip|80|http/v1|${HOST}`]: 90, [`inbound-vip|80|http|${HOST}`]: 10 }),
      ),
    ),
    ['payment/canary/a payment-svc.payment/v1 0.9', 'payment/canary/a payment-svc.payment/ 0.1'],
  ],
  'weights of nothing': [configOf(routeConfig('active', route('a', { [V1]: 0, [V2]: 0 }))), []],
  'a dump without routes': [{ spelling: 'snake', rejections: [], problems: [] }, []],
};

describe('weights that an Envoy holds', () => {
  for (const [name, [config, weights]] of Object.entries(CASES)) {
    test(name, () => assert.deepEqual(briefly(config), weights));
  }

  test('as recorded: callers hold the canary, a gateway its own route', async () => {
    for (const pod of [CHECKOUT, PAYMENT]) {
      assert.deepEqual([...briefly(await readConfigFixture(`healthy/${pod}.envoy`))].sort(), [
        'bookinfo/reviews/ reviews.bookinfo/v1 1',
        'bookinfo/reviews/jason-to-v2 reviews.bookinfo/v2 1',
        'payment/payment-svc/payment-canary payment-svc.payment/v1 0.9',
        'payment/payment-svc/payment-canary payment-svc.payment/v2 0.1',
      ]);
    }
    assert.deepEqual(briefly(await readConfigFixture(`healthy/${GATEWAY}.envoy`)), [
      'bookinfo/bookinfo/ productpage.bookinfo/ 1',
    ]);
  });

  test('whatever clusters there are, shares lie between 0 and 1', () => {
    const cluster = fc.oneof(fc.constantFrom(V1, V2, 'a|b', '', `outbound|80||${HOST}`), fc.string());
    const clusters = fc.dictionary(cluster, fc.oneof(fc.integer(), fc.double()), { maxKeys: 4 });
    fc.assert(
      fc.property(fc.array(clusters), fc.string(), (list, writer) => {
        const routes = list.map((each, nth) => route(`r${nth % 3}`, each, writer));
        for (const { ratio } of loadedWeights(configOf(routeConfig('active', ...routes)))) {
          assert.ok(ratio >= 0 && ratio <= 1 + 1e-9, String(ratio));
        }
      }),
    );
  });
});
