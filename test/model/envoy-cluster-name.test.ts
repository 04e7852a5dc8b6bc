import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseClusterName } from '../../src/model/envoy-cluster-name.ts';

const CASES: readonly (readonly [
  name: string,
  direction: string,
  port: number | undefined,
  subset: string,
  fqdn: string,
])[] = [
  ['outbound|8080|v1|cart.shop.svc.cluster.local', 'outbound', 8080, 'v1', 'cart.shop.svc.cluster.local'],
  ['outbound|443||*.example.com', 'outbound', 443, '', '*.example.com'],
  ['inbound|8080||', 'inbound', 8080, '', ''],
  ['inbound-vip|80|http|a.b.c', 'inbound-vip', 80, 'http', 'a.b.c'],
  ['outbound_.8080_.v1_.cart.shop.svc.cluster.local', 'outbound', 8080, 'v1', 'cart.shop.svc.cluster.local'],
  ['BlackHoleCluster', '', undefined, '', 'BlackHoleCluster'],
  ['xds-grpc', '', undefined, '', 'xds-grpc'],
  ['a|b|c', '', undefined, '', 'a|b|c'],
  ['outbound|http||a.b', '', undefined, '', 'outbound|http||a.b'],
  ['', '', undefined, '', ''],
];
for (const [name, direction, port, subset, fqdn] of CASES) {
  test(`takes ${name || 'no name'} apart`, () => {
    assert.deepEqual(parseClusterName(name), { direction, port, subset, fqdn });
  });
}
