import assert from 'node:assert/strict';
import { test } from 'node:test';
import { epochSeconds } from '../../../../src/model/brand.ts';
import { emptySnapshot, type MeshSnapshot } from '../../../../src/model/snapshot.ts';
import { NO_TRAFFIC, type RequestShape, type Traffic } from '../../../../src/model/traffic.ts';
import { advanceMarks } from '../../../../src/model/traffic-marks.ts';
import { trafficPairs } from '../../../../src/sinks/http/page/traffic-pairs.ts';

const at = epochSeconds(1_700_000_000);
const PAY = 'pay.shop.svc.cluster.local';

function shape(more: Partial<RequestShape>): RequestShape {
  return {
    proxyNamespace: 'shop',
    workload: 'web',
    direction: 'outbound',
    destination: PAY,
    subset: '',
    route: '',
    responseCode: 200,
    flags: [],
    details: '',
    ...more,
  };
}

const TRAFFIC: Traffic = {
  ...NO_TRAFFIC,
  requests: [
    { shape: shape({ subset: 'v1', route: 'canary' }), count: 90 },
    { shape: shape({ subset: 'v2', route: 'canary', responseCode: 503, flags: ['UF', 'URX'] }), count: 7 },
    { shape: shape({ responseCode: 0, flags: ['DC'] }), count: 3 },
    { shape: shape({ workload: 'cart' }), count: 50 },
    { shape: shape({ direction: 'inbound', workload: 'pay' }), count: 1000 },
  ],
};

function snapshot(): MeshSnapshot {
  const empty = emptySnapshot(at);
  const earlier = epochSeconds(at - 120);
  const trafficMarks = advanceMarks([], { at: earlier, traffic: NO_TRAFFIC, config: empty.cluster.config });
  return { ...empty, traffic: { state: 'fresh', at, value: TRAFFIC }, trafficMarks };
}

const ask = (query: Record<string, string>) => trafficPairs(snapshot(), new URLSearchParams(query));

test('counts what the callers logged, by caller and destination, worst first', () => {
  const { seconds, matching, pairs } = ask({});
  assert.deepEqual([seconds, matching], [120, 2]);
  assert.deepEqual(
    pairs.map(({ workload, requests, failed }) => [workload, requests, failed]),
    [
      ['web', 100, 7],
      ['cart', 50, 0],
    ],
  );
});

test('one pair: flags, codes and subsets by route', () => {
  const [pair] = ask({ namespace: 'shop', workload: 'web', destination: PAY }).pairs;
  assert.deepEqual(pair?.flags, [
    { name: 'UF', count: 7 },
    { name: 'URX', count: 7 },
    { name: 'DC', count: 3 },
  ]);
  assert.deepEqual(
    pair?.codes.map(({ name, count }) => `${name} ${count}`),
    ['200 90', '503 7', 'none 3'],
  );
  assert.deepEqual(
    pair?.subsets.map(({ route, name, count }) => `${route}/${name} ${count}`),
    ['canary/v1 90', 'canary/v2 7', '/ 3'],
  );
});

test('filters by words and names; nothing is not zero', () => {
  assert.equal(ask({ text: 'CART pay' }).matching, 1);
  assert.equal(ask({ namespace: 'other' }).matching, 0);
  assert.equal(trafficPairs(emptySnapshot(at), new URLSearchParams()).seconds, null);
});

test('the traffic of a namespace is what it sends and what its services get', () => {
  const from = (proxyNamespace: string, destination: string) => ({
    shape: shape({ proxyNamespace, destination }),
    count: 1,
  });
  const requests = [from('shop', 'a.b.example.com'), from('web', PAY), from('web', 'x.web.svc.cluster.local')];
  const all = { ...snapshot(), traffic: { state: 'fresh', at, value: { ...NO_TRAFFIC, requests } } } as const;
  const pairsOf = (query: Record<string, string>) =>
    trafficPairs(all, new URLSearchParams(query)).pairs.map(
      ({ namespace, destination }) => `${namespace} ${destination}`,
    );
  assert.deepEqual(pairsOf({ namespace: 'shop' }), ['shop a.b.example.com', `web ${PAY}`]);
  assert.deepEqual(pairsOf({ namespace: 'b' }), []);
  assert.deepEqual(
    pairsOf({ namespace: 'shop', workload: 'web', destination: PAY }),
    [],
    'of one pair it is the caller’s',
  );
});
