import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readUpstreamCluster, type UpstreamCluster } from '../../../src/sources/access-log/upstream-cluster.ts';

const CART = 'cart.shop.svc.cluster.local';
const CASES: readonly (readonly [name: string, said: UpstreamCluster])[] = [
  [`outbound|8080||${CART}`, { direction: 'outbound', host: CART, subset: '' }],
  [`outbound|8080|v1|${CART}`, { direction: 'outbound', host: CART, subset: 'v1' }],
  [`outbound|8080|v1|${CART};`, { direction: 'outbound', host: CART, subset: 'v1' }],
  ['outbound|443||*.example.com', { direction: 'outbound', host: '*.example.com', subset: '' }],
  ['outbound|80||a', { direction: 'outbound', host: 'a', subset: '' }],
  ['inbound|8080||', { direction: 'inbound', subset: '' }],
  ['inbound|8080||;', { direction: 'inbound', subset: '' }],
  [`inbound|9080|http-web|${CART}`, { direction: 'inbound', host: CART, subset: '' }],
  [`outbound_.8080_.v1_.${CART}`, { direction: 'outbound', host: CART, subset: 'v1' }],
  [`outbound_.8080_._.${CART}`, { direction: 'outbound', host: CART, subset: '' }],
  [`inbound-vip|80|http|${CART}`, { direction: 'inbound', host: CART, subset: '' }],
  [`inbound-vip|80|http/v1|${CART}`, { direction: 'inbound', host: CART, subset: 'v1' }],
  ['PassthroughCluster', { direction: 'outbound', subset: '' }],
  ['BlackHoleCluster', { direction: 'outbound', subset: '' }],
  ['InboundPassthroughCluster', { direction: 'inbound', subset: '' }],
  ['InboundPassthroughClusterIpv4', { direction: 'inbound', subset: '' }],
  ['InboundPassthroughCluster;', { direction: 'inbound', subset: '' }],
  ['-', { direction: 'unknown', subset: '' }],
  ['', { direction: 'unknown', subset: '' }],
  ['prometheus_stats', { direction: 'unknown', subset: '' }],
  ['toString', { direction: 'unknown', subset: '' }],
  ['sideways|80||a', { direction: 'unknown', subset: '' }],
  ['outbound|80|v1', { direction: 'unknown', subset: '' }],
  ['outbound|80|v1|a|b', { direction: 'unknown', subset: '' }],
  ['outbound|80|v 1|a b', { direction: 'outbound', subset: '' }],
  [`outbound|80||${'a'.repeat(254)}`, { direction: 'outbound', subset: '' }],
];
for (const [name, said] of CASES) {
  test(`${name.slice(0, 60)} is ${said.direction}`, () => assert.deepEqual(readUpstreamCluster(name), said));
}

test('every name that Istio builds is read as it was built', () => {
  const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/);
  const host = fc.array(label, { minLength: 1, maxLength: 5 }).map((labels) => labels.join('.'));
  const subset = fc.oneof(fc.constant(''), label);
  fc.assert(
    fc.property(fc.nat({ max: 65535 }), subset, host, (port, version, fqdn) => {
      const said = { direction: 'outbound', host: fqdn, subset: version };
      assert.deepEqual(readUpstreamCluster(`outbound|${port}|${version}|${fqdn}`), said);
      assert.deepEqual(readUpstreamCluster(`outbound_.${port}_.${version}_.${fqdn}`), said);
    }),
  );
});

test('whatever stands there, what is said is short and plain', () => {
  const forged = fc.tuple(
    fc.constantFrom('outbound|', 'inbound|', 'outbound_.', 'inbound-vip|', ''),
    fc.string({ unit: 'binary', maxLength: 600 }),
  );
  fc.assert(
    fc.property(forged, (parts) => {
      const { host = 'a', subset } = readUpstreamCluster(parts.join(''));
      assert.match(host, /^[\w.*-]{1,253}$/);
      assert.match(subset, /^[\w.-]{0,253}$/);
    }),
  );
});
