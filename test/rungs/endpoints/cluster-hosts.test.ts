import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EnvoyBody } from '../../../src/model/envoy-body.ts';
import type { ClusterHosts } from '../../../src/model/inspection.ts';
import { clusterHosts } from '../../../src/rungs/endpoints/cluster-hosts.ts';
import { decodeClusterStatus } from '../../../src/sources/envoy/decode-statuses.ts';
import { CHECKOUT, PAYMENT, readDumpFixture } from '../../support/envoy-dump.ts';

const CART = 'outbound|8080|v1|cart.shop.svc.cluster.local';

/** A host as `/clusters?format=json` writes it. */
function host(address: string, health: Readonly<Record<string, unknown>> = {}, port = 8080): EnvoyBody {
  return {
    address: { socket_address: { address, port_value: port } },
    health_status: { eds_health_status: 'HEALTHY', ...health },
  };
}

function told(name: string, ...hosts: readonly EnvoyBody[]): readonly ClusterHosts[] {
  return clusterHosts([decodeClusterStatus({ name, host_statuses: hosts })]);
}

test('of a recording: outbound clusters alone, with addresses as EndpointSlices have them', async () => {
  const { statuses } = await readDumpFixture(`healthy/${CHECKOUT}.clusters`);
  assert.ok(statuses?.some(({ name }) => name.startsWith('inbound|')));
  const hosts = clusterHosts(statuses ?? []);
  assert.equal(hosts.length, 20);
  assert.ok(hosts.every(({ unhealthy, ejected }) => unhealthy === 0 && ejected === 0));
  assert.ok(hosts.every((each) => !Object.hasOwn(each, 'overflowed')));
  const payment = hosts.filter(({ destination }) => destination === 'payment-svc.payment.svc.cluster.local');
  assert.deepEqual(payment.map(({ subset, port, addresses }) => `${port} ${subset} ${addresses.join()}`).sort(), [
    '8080  10.44.0.21,10.44.0.22',
    '8080 v1 10.44.0.21',
    '8080 v2 10.44.0.22',
  ]);
});

test('a recording of a proxy that holds old configuration is told as it is', async () => {
  const { statuses } = await readDumpFixture(`stale/${PAYMENT}.clusters`);
  assert.ok(clusterHosts(statuses ?? []).length > 10);
});

const health: readonly (readonly [what: string, Readonly<Record<string, unknown>>, Partial<ClusterHosts>])[] = [
  ['as configured', {}, { healthy: 1, addresses: ['10.0.0.1'], faulty: [] }],
  ['nobody said', { eds_health_status: undefined }, { healthy: 1 }],
  ['degraded still gets requests', { eds_health_status: 'DEGRADED' }, { healthy: 1, faults: {} }],
  ['about to go still gets requests', { pending_dynamic_removal: true }, { healthy: 1, faults: {} }],
  [
    'ejected',
    { failed_outlier_check: true },
    { healthy: 0, ejected: 1, faults: { outlier_ejected: 1 }, addresses: [] },
  ],
  [
    'an active check failed',
    { failed_active_health_check: true },
    { unhealthy: 1, faults: { health_check_failed: 1 } },
  ],
  ['istiod says unhealthy', { eds_health_status: 'UNHEALTHY' }, { unhealthy: 1, faults: { eds_unhealthy: 1 } }],
  ['istiod says draining', { eds_health_status: 'DRAINING' }, { unhealthy: 1, faults: { eds_unhealthy: 1 } }],
  ['istiod says timeout', { eds_health_status: 'TIMEOUT' }, { unhealthy: 1, faults: { eds_unhealthy: 1 } }],
  [
    'all at once is one host, and three reasons',
    { failed_outlier_check: true, failed_active_health_check: true, eds_health_status: 'UNHEALTHY' },
    {
      ejected: 1,
      unhealthy: 0,
      faults: { outlier_ejected: 1, health_check_failed: 1, eds_unhealthy: 1 },
      faulty: [{ address: '10.0.0.1', faults: ['outlier_ejected', 'health_check_failed', 'eds_unhealthy'] }],
    },
  ],
];
for (const [what, status, expected] of health) {
  test(`a host: ${what}`, () => {
    const [hosts] = told(CART, host('10.0.0.1', status));
    assert.deepEqual({ ...hosts, ...expected }, hosts);
    assert.deepEqual([hosts?.destination, hosts?.port, hosts?.subset], ['cart.shop.svc.cluster.local', 8080, 'v1']);
  });
}

const names: readonly (readonly [name: string, isTold: boolean])[] = [
  [CART, true],
  ['outbound|443||api.example.com', true],
  ['inbound|8080||', false],
  ['PassthroughCluster', false],
  ['BlackHoleCluster', false],
  ['xds-grpc', false],
  ['outbound|x||cart', false],
  ['', false],
];
for (const [name, isTold] of names) {
  test(`${name || 'a cluster without a name'} is ${isTold ? 'told' : 'left out'}`, () => {
    assert.equal(told(name, host('10.0.0.1')).length, isTold ? 1 : 0);
  });
}

test('an address of two ports is kept once, and both hosts are counted', () => {
  const [hosts] = told(CART, host('10.0.0.2', {}, 1), host('10.0.0.1'), host('10.0.0.2', {}, 2));
  assert.deepEqual([hosts?.healthy, hosts?.addresses], [3, ['10.0.0.1', '10.0.0.2']]);
});

test('behind a tunnel of the same Envoy stands an address; what is none is told as it is', () => {
  const inner = (id: string): EnvoyBody => ({
    address: { envoy_internal_address: { server_listener_name: 'connect_originate', endpoint_id: id } },
  });
  const [hosts] = told(CART, inner('10.0.0.7:8080'), inner('[fd00::1]:8080'), inner('a/b'));
  assert.deepEqual(hosts?.addresses, ['10.0.0.7', 'envoy://connect_originate/a/b', 'fd00::1']);
});

test('of a cluster of thousands a hundred addresses are kept, and all are counted', () => {
  const many = Array.from({ length: 3000 }, (_, nth) => host(`10.1.${nth >> 8}.${nth & 255}`));
  const sick = Array.from({ length: 50 }, (_, nth) => host(`10.2.0.${nth}`, { failed_outlier_check: true }));
  const [hosts] = told(CART, ...many, ...sick);
  assert.deepEqual([hosts?.healthy, hosts?.ejected, hosts?.addresses.length], [3000, 50, 100]);
  assert.deepEqual([hosts?.faults.outlier_ejected, hosts?.faulty?.length], [50, 20]);
});
