import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ProxyConnection } from '../../../src/model/proxy.ts';
import { decodeRow } from '../../../src/sources/istiod/decode.ts';

const CLUSTER = 'type.googleapis.com/envoy.config.cluster.v3.Cluster';
const LISTENER = 'type.googleapis.com/envoy.config.listener.v3.Listener';
const SECRET = 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret';
const ADDRESS = 'type.googleapis.com/istio.workload.Address';
const WORKLOAD = 'type.googleapis.com/istio.workload.Workload';
const AUTHORIZATION = 'type.googleapis.com/istio.security.Authorization';
const NONCE = '2026-08-01T09:14:03Z/217c1f0e52-8a3b-4f0e-9a55-0d4b1c2d3e4f';
const OLDER = '2026-08-01T09:02:10Z/199c1f0e52-8a3b-4f0e-9a55-0d4b1c2d3e4f';

function row(more: object = {}): Record<string, unknown> {
  const resources = { [CLUSTER]: { sent: NONCE, acked: NONCE, sentTime: '2026-08-01T09:14:03.512345678Z' } };
  return {
    cluster_id: 'Kubernetes',
    proxy: 'cart-1.shop',
    proxy_type: 'sidecar',
    istio_version: '1.30.3',
    resources,
    ...more,
  };
}

function proxy(more: object = {}): ProxyConnection {
  const decoded = decodeRow(row(more));
  assert.ok(typeof decoded === 'object', String(decoded));
  return decoded;
}

test('a row of today, whole', () => {
  assert.deepEqual(proxy({ something_new: [1, { deep: true }] }), {
    cluster: 'Kubernetes',
    namespace: 'shop',
    name: 'cart-1',
    type: 'sidecar',
    istioVersion: '1.30.3',
    types: {
      cds: { state: 'SYNCED', sent: NONCE, acked: NONCE, sentAt: Date.parse('2026-08-01T09:14:03.512Z') / 1000 },
    },
  });
});

test('a row of istiod 1.10, whole', () => {
  const sentAt = Date.parse('2026-08-01T09:14:03Z') / 1000;
  const old = {
    proxy: 'cart-1.shop',
    istio_version: '1.10.6',
    cluster_sent: NONCE,
    cluster_acked: OLDER,
    route_sent: NONCE,
  };
  assert.deepEqual(decodeRow(old), {
    namespace: 'shop',
    name: 'cart-1',
    type: 'unknown',
    istioVersion: '1.10.6',
    types: { cds: { state: 'STALE', sent: NONCE, acked: OLDER, sentAt }, rds: { state: 'STALE', sent: NONCE, sentAt } },
  });
});

const STATES: readonly (readonly [about: string, resource: object, state: string])[] = [
  ['acknowledged', { sent: NONCE, acked: NONCE }, 'SYNCED'],
  ['an older one acknowledged', { sent: NONCE, acked: OLDER }, 'STALE'],
  ['never acknowledged', { sent: NONCE }, 'STALE'],
  ['never acknowledged, written empty', { sent: NONCE, acked: '' }, 'STALE'],
  ['never sent', { sentTime: '0001-01-01T00:00:00Z' }, 'NOT_SENT'],
  ['never sent, yet rejected', { lastError: 'no' }, 'ERROR'],
  ['rejected', { sent: NONCE, acked: OLDER, lastError: 'duplicate filter chain' }, 'ERROR'],
  ['rejected before anything was acknowledged', { sent: NONCE, lastError: 'duplicate' }, 'ERROR'],
  ['no rejection, written empty', { sent: NONCE, acked: NONCE, lastError: '' }, 'SYNCED'],
];

for (const [about, resource, state] of STATES) {
  test(`a type ${about} is ${state}`, () => {
    assert.equal(proxy({ resources: { [LISTENER]: resource } }).types.lds?.state, state);
  });
}

test('the year 1 and what is no time are no time', () => {
  for (const sentTime of [
    '0001-01-01T00:00:00Z',
    '1969-12-31T23:59:59Z',
    'yesterday',
    '',
    5,
    null,
    'x'.repeat(1_000),
  ]) {
    assert.equal(proxy({ resources: { [SECRET]: { sentTime } } }).types.sds?.sentAt, undefined, String(sentTime));
  }
});

test('where both shapes stand, the resources count; flat fields are read only without them', () => {
  const flat = { listener_sent: NONCE, listener_acked: OLDER };
  assert.deepEqual(Object.keys(proxy(flat).types), ['cds']);
  assert.equal(proxy({ ...flat, resources: undefined }).types.lds?.state, 'STALE');
  assert.equal(proxy({ ...flat, resources: null }).types.lds?.state, 'STALE');
});

test('the name is split at its last dot', () => {
  const { name, namespace } = proxy({ proxy: 'db-0.v1.2.payment' });
  assert.deepEqual([name, namespace], ['db-0.v1.2', 'payment']);
});

test('ztunnel: two URLs of one type count as the worse of them', () => {
  const sent = { sent: NONCE, acked: NONCE };
  const ztunnel = (resources: object) => proxy({ proxy_type: 'ztunnel', resources });
  const both = ztunnel({ [ADDRESS]: sent, [WORKLOAD]: { sent: NONCE, acked: OLDER }, [AUTHORIZATION]: sent });
  assert.equal(both.type, 'ztunnel');
  assert.deepEqual([both.types.wds?.state, both.types.wads?.state, both.types.cds], ['STALE', 'SYNCED', undefined]);
  assert.equal(ztunnel({ [ADDRESS]: { sent: NONCE }, [WORKLOAD]: sent }).types.wds?.state, 'STALE');
  assert.equal(
    ztunnel({ [ADDRESS]: { sentTime: '0001-01-01T00:00:00Z' }, [WORKLOAD]: sent }).types.wds?.state,
    'SYNCED',
  );
});

test('a waypoint is an Envoy; a proxy type of a later istiod is unknown', () => {
  assert.equal(proxy({ proxy_type: 'waypoint' }).type, 'waypoint');
  assert.equal(proxy({ proxy_type: 'router' }).type, 'router');
  assert.equal(proxy({ proxy_type: 'teleporter' }).type, 'unknown');
  assert.equal(proxy({ proxy_type: undefined }).type, 'unknown');
});

test('endpoint_percent of old istiods is a ratio, and nothing when it makes no sense', () => {
  assert.equal(proxy({ endpoint_percent: 98 }).endpointAckedRatio, 0.98);
  assert.equal(proxy({ endpoint_percent: 0 }).endpointAckedRatio, 0);
  for (const odd of [101, -1, '98', null]) assert.equal(proxy({ endpoint_percent: odd }).endpointAckedRatio, undefined);
});

const OTHERS: readonly (readonly [about: string, fields: object])[] = [
  ['istioctl', { proxy: 'test-1.default', proxy_type: 'sidecar', istio_version: '65536.65536.65536' }],
  ['istioctl, whatever it watches', row({ istio_version: '65536.65536.65536' })],
  ['a client of debug types only', row({ resources: { 'istio.io/debug/syncz': { sent: NONCE, acked: NONCE } } })],
  ['a client that does not even say its cluster', { proxy: 'probe-1.default', istio_version: '1.30.3' }],
];

for (const [about, fields] of OTHERS) {
  test(`no proxy: ${about}`, () => {
    assert.equal(decodeRow(fields), 'other');
  });
}

test('a proxy that has just connected is one, though nothing was sent yet', () => {
  assert.deepEqual(proxy({ resources: {} }).types, {});
  assert.deepEqual(proxy({ resources: undefined }).types, {});
  assert.deepEqual(proxy({ resources: { 'type.googleapis.com/unheard.of.v9': {} }, cluster_id: '' }).types, {});
});

const UNREADABLE: readonly (readonly [about: string, fields: unknown])[] = [
  ['null', null],
  ['a number', 7],
  ['a string', 'cart-1.shop'],
  ['an array', [row()]],
  ['an empty object', {}],
  ['a proxy that is no string', row({ proxy: { name: 'cart' } })],
  ['a proxy without a namespace', row({ proxy: 'cart-1' })],
  ['a proxy with an empty namespace', row({ proxy: 'cart-1.' })],
  ['a proxy with an empty name', row({ proxy: '.shop' })],
  ['a proxy with an escape sequence', row({ proxy: '\u001b[2Jcart.shop' })],
  ['a proxy with a line break', row({ proxy: 'cart\n# HELP x.shop' })],
  ['an endless proxy name', row({ proxy: `${'x'.repeat(254)}.shop` })],
  ['an endless namespace', row({ proxy: `cart.${'x'.repeat(64)}` })],
  ['a cluster that is no string', row({ cluster_id: 4 })],
  ['a version that is no string', row({ istio_version: ['1.30'] })],
  ['an endless version', row({ istio_version: '1'.repeat(65) })],
  ['a proxy type that is no string', row({ proxy_type: 9 })],
  ['resources that are no object', row({ resources: [1] })],
  ['a resource that is no object', row({ resources: { [CLUSTER]: 'sent' } })],
  ['a nonce that is no string', row({ resources: { [CLUSTER]: { sent: 5 } } })],
  ['an endless nonce', row({ resources: { [CLUSTER]: { sent: 'x'.repeat(257) } } })],
  ['a rejection that is no string', row({ resources: { [CLUSTER]: { sent: NONCE, lastError: {} } } })],
  ['a flat nonce that is no string', row({ resources: undefined, route_acked: false })],
];

for (const [about, fields] of UNREADABLE) {
  test(`unreadable: ${about}`, () => {
    assert.equal(decodeRow(fields), 'unreadable');
  });
}

test('a long rejection is cut, also between the halves of a character', () => {
  const error = (text: string): string =>
    proxy({ resources: { [LISTENER]: { sent: NONCE, lastError: text } } }).types.lds?.error ?? '';
  assert.equal(error('x'.repeat(2_000)).length, 2_000);
  assert.equal(error('x'.repeat(5_000_000)), 'x'.repeat(2_000));
  assert.ok(error(`${'x'.repeat(1_999)}\u{1f600}tail`).isWellFormed());
});

test('keys of the prototype are fields like any other', () => {
  const text = `{"__proto__":{"proxy":"evil.ns"},"constructor":1,"toString":null,${JSON.stringify(row()).slice(1)}`;
  assert.deepEqual(decodeRow(JSON.parse(text)), proxy());
  const hidden = `{"cluster_id":"c","__proto__":{"proxy":"evil.ns"}}`;
  assert.equal(decodeRow(JSON.parse(hidden)), 'unreadable');
  const types = JSON.parse(`{"__proto__":{"sent":"x"},"constructor":{"sent":"x"}}`) as object;
  assert.deepEqual(proxy({ resources: types }).types, {});
});

test('no value in any field makes it throw, and what it returns is bounded', () => {
  const key = fc.constantFrom('proxy', 'cluster_id', 'proxy_type', 'istio_version', 'endpoint_percent', 'cluster_sent');
  const resource = fc.dictionary(
    fc.constantFrom('sent', 'acked', 'sentTime', 'lastError', '__proto__'),
    fc.jsonValue(),
  );
  const resources = fc.oneof(
    fc.jsonValue(),
    fc.dictionary(fc.constantFrom(CLUSTER, LISTENER, '__proto__', 'x'), resource),
  );
  fc.assert(
    fc.property(fc.dictionary(key, fc.oneof(fc.jsonValue(), fc.string({ maxLength: 400 }))), resources, (odd, map) => {
      const decoded = decodeRow(row({ ...odd, resources: map }));
      if (typeof decoded === 'string') return;
      assert.match(decoded.name, /^[!-~]{1,253}$/);
      assert.match(decoded.namespace, /^[!-~]{1,63}$/);
      assert.ok((decoded.types.lds?.error?.length ?? 0) <= 2_000);
    }),
    { numRuns: 1_000 },
  );
});
