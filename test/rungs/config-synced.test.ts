import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { epochSeconds } from '../../src/model/brand.ts';
import type { MeshSnapshot } from '../../src/model/snapshot.ts';
import type { Traffic } from '../../src/model/traffic.ts';
import { configSynced } from '../../src/rungs/config-synced/rung.ts';
import {
  answer,
  connection,
  fresh,
  objects,
  type PolledMesh,
  pod,
  polledMesh,
  REFUSED,
  sync,
} from '../support/mesh.ts';
import { rungText } from '../support/rung-text.ts';
import { readSyncz } from '../support/syncz.ts';

const SYNCED = connection('shop', 'cart-7d9f8b6c5-x2x4z', { cds: sync('a', 50), lds: sync('a', 50), rds: sync('>') });
const STALE = connection('shop', 'cart-7d9f8b6c5-x2x4z', { cds: sync('a>b', 95), lds: sync('a', 50) });
const CART = 'proxy_namespace="shop",proxy="cart-7d9f8b6c5-x2x4z"';

function ones(snapshot: MeshSnapshot, ...families: readonly string[]): readonly string[] {
  return rungText(configSynced, snapshot, ...families).filter((line) => !line.endsWith(' 0'));
}

/** STALE since 100, found so again at 110. */
function staleMesh(): PolledMesh {
  const mesh = polledMesh();
  mesh.poll(90, [answer([SYNCED])]);
  for (const at of [100, 110]) mesh.poll(at, [answer([STALE])]);
  return mesh;
}

test('a proxy in sync: everything, zeros included', () => {
  const mesh = polledMesh();
  mesh.poll(90, [answer([SYNCED])]);
  assert.deepEqual(rungText(configSynced, mesh.snapshot), [
    'expected_proxies{proxy_namespace="shop",verdict="synced"} 1',
    'expected_proxies{proxy_namespace="shop",verdict="stale"} 0',
    'expected_proxies{proxy_namespace="shop",verdict="rejected"} 0',
    'expected_proxies{proxy_namespace="shop",verdict="missing"} 0',
    'expected_proxies{proxy_namespace="shop",verdict="unknown"} 0',
    ...['cds', 'lds', 'rds'].flatMap((type) =>
      ['SYNCED', 'STALE', 'NOT_SENT', 'ERROR', 'UNKNOWN'].map(
        (state) =>
          `proxies{proxy_namespace="shop",xds_type="${type}",state="${state}"} ${Number(
            state === (type === 'rds' ? 'NOT_SENT' : 'SYNCED'),
          )}`,
      ),
    ),
    ...['SYNCED', 'STALE', 'NOT_SENT', 'ERROR', 'UNKNOWN'].map(
      (state) => `proxy_sync_state{${CART},workload="cart",state="${state}"} ${Number(state === 'SYNCED')}`,
    ),
    ...['cds', 'lds', 'rds'].flatMap((type) =>
      ['SYNCED', 'STALE', 'NOT_SENT', 'ERROR'].map(
        (state) => `proxy_state_changes_total{proxy_namespace="shop",xds_type="${type}",state="${state}"} 0`,
      ),
    ),
    `proxy_info{${CART},workload="cart",proxy_type="sidecar",istio_version="1.30.3",revision="default",istiod="istiod-1"} 1`,
  ]);
});

test('a proxy that is STALE: which type, since the push, and out of sync since the first poll that saw it', () => {
  assert.deepEqual(ones(staleMesh().snapshot), [
    'expected_proxies{proxy_namespace="shop",verdict="stale"} 1',
    'proxies{proxy_namespace="shop",xds_type="cds",state="STALE"} 1',
    'proxies{proxy_namespace="shop",xds_type="lds",state="SYNCED"} 1',
    `proxy_sync_state{${CART},workload="cart",state="STALE"} 1`,
    `proxy_type_state{${CART},workload="cart",xds_type="cds",state="STALE"} 1`,
    `proxy_unacked_since_timestamp_seconds{${CART},workload="cart",proxy_type="sidecar",xds_type="cds"} 95`,
    `proxy_out_of_sync_since_timestamp_seconds{${CART},workload="cart",proxy_type="sidecar"} 100`,
    'proxy_state_changes_total{proxy_namespace="shop",xds_type="cds",state="STALE"} 1',
    `proxy_info{${CART},workload="cart",proxy_type="sidecar",istio_version="1.30.3",revision="default",istiod="istiod-1"} 1`,
  ]);
});

test('a push that all acknowledge makes no sample anew: what did not change is not written again', () => {
  const mesh = polledMesh();
  const samplesAt = (at: number, nonce: string, istiod?: string) => {
    const proxy = connection('shop', 'cart-1', { cds: sync(nonce, at) });
    mesh.poll(at, [answer([proxy], istiod === undefined ? {} : { name: istiod })]);
    return configSynced.evaluate(mesh.snapshot);
  };
  const first = samplesAt(100, 'a');
  const pushed = samplesAt(110, 'b');
  assert.equal(pushed.info[0], first.info[0]);
  assert.deepEqual(
    pushed.syncState.map((sample, nth) => sample === first.syncState[nth]),
    [true, true, true, true, true],
  );
  const moved = samplesAt(120, 'c', 'istiod-other');
  assert.equal(moved.info[0]?.labels.istiod, 'istiod-other');
  const behind = samplesAt(130, 'd>c', 'istiod-other');
  assert.deepEqual(
    behind.syncState.filter(({ value }) => value === 1).map(({ labels }) => labels.state),
    ['STALE'],
  );
});

test('one poll is not enough to call a proxy out of sync', () => {
  const mesh = polledMesh();
  mesh.poll(90, [answer([SYNCED])]);
  mesh.poll(100, [answer([STALE])]);
  assert.deepEqual(ones(mesh.snapshot, 'proxy_out_of_sync_since_timestamp_seconds'), []);
});

test('a rejection has a reason of few words, and never the proxy’s own', async () => {
  const mesh = polledMesh();
  const { proxies } = await readSyncz('nack/syncz.json');
  for (const at of [1795231300, 1795231310]) mesh.poll(at, [answer(proxies)]);
  const nacked = 'proxy_rejected{proxy_namespace="payment",proxy="nack-proxy-7f6d5c4b3a-bbbbb"';
  assert.deepEqual([...ones(mesh.snapshot, 'proxy_rejected')].sort(), [
    'proxy_rejected{proxy_namespace="bookinfo",proxy="reviews-v2-556d6457d-hn5vc",xds_type="lds",reason="unknown_filter_or_type"} 1',
    `${nacked},xds_type="cds",reason="other"} 1`,
    `${nacked},xds_type="lds",reason="other"} 1`,
    `${nacked},xds_type="rds",reason="other"} 1`,
  ]);
  const lines = rungText(configSynced, mesh.snapshot);
  assert.ok(!lines.some((line) => line.includes('rejected on purpose') || line.includes('NoSuchFilter')));
});

test('a missing proxy keeps its info and its since; it has no sync state, and its namespace keeps its zeros', () => {
  const mesh = staleMesh();
  mesh.setPods([pod('shop', SYNCED.name)]);
  for (const at of [120, 130]) mesh.poll(at, [answer([])]);
  assert.deepEqual(ones(mesh.snapshot, 'expected_proxies', 'proxies', 'proxy_sync_state', 'proxy_type_state'), [
    'expected_proxies{proxy_namespace="shop",verdict="missing"} 1',
  ]);
  assert.deepEqual(ones(mesh.snapshot, 'proxy_unacked_since_timestamp_seconds'), []);
  assert.deepEqual(ones(mesh.snapshot, 'proxy_out_of_sync_since_timestamp_seconds', 'proxy_info'), [
    `proxy_out_of_sync_since_timestamp_seconds{${CART},workload="cart",proxy_type="sidecar"} 100`,
    `proxy_info{${CART},workload="cart",proxy_type="sidecar",istio_version="1.30.3",revision="default",istiod="istiod-1"} 1`,
  ]);
  assert.ok(
    rungText(configSynced, mesh.snapshot, 'proxies').includes(
      'proxies{proxy_namespace="shop",xds_type="cds",state="SYNCED"} 0',
    ),
  );
});

test('an istiod that cannot be asked: UNKNOWN in every count, and no series for each type of each proxy', () => {
  const mesh = staleMesh();
  mesh.poll(120, [answer([STALE], {}, REFUSED)]);
  const counts = rungText(configSynced, mesh.snapshot, 'expected_proxies', 'proxies');
  assert.deepEqual(
    counts.filter((line) => line.endsWith(' 0')),
    [],
  );
  assert.deepEqual(ones(mesh.snapshot), [
    'expected_proxies{proxy_namespace="shop",verdict="unknown"} 1',
    'proxies{proxy_namespace="shop",xds_type="cds",state="UNKNOWN"} 1',
    'proxies{proxy_namespace="shop",xds_type="lds",state="UNKNOWN"} 1',
    `proxy_sync_state{${CART},workload="cart",state="UNKNOWN"} 1`,
    `proxy_out_of_sync_since_timestamp_seconds{${CART},workload="cart",proxy_type="sidecar"} 100`,
    'proxy_state_changes_total{proxy_namespace="shop",xds_type="cds",state="STALE"} 1',
    `proxy_info{${CART},workload="cart",proxy_type="sidecar",istio_version="1.30.3",revision="default",istiod="istiod-1"} 1`,
  ]);
});

test('the first poll of a process that nobody told anything: whom no istiod lists is unknown, and no count says zero of it', () => {
  const mesh = polledMesh();
  mesh.setPods([pod('shop', 'cart-1'), pod('shop', 'web-1'), pod('other', 'api-1')]);
  const listed = [connection('shop', 'web-1', { cds: sync('a') }), connection('other', 'api-1', { cds: sync('a') })];
  const expected = (): readonly string[] => rungText(configSynced, mesh.snapshot, 'expected_proxies');
  mesh.poll(100, [answer(listed)]);
  assert.deepEqual(
    expected().filter((line) => line.includes('"shop"')),
    [
      'expected_proxies{proxy_namespace="shop",verdict="synced"} 1',
      'expected_proxies{proxy_namespace="shop",verdict="unknown"} 1',
    ],
  );
  assert.ok(expected().includes('expected_proxies{proxy_namespace="other",verdict="missing"} 0'));
  mesh.poll(110, [answer(listed)]);
  assert.deepEqual(
    expected().filter((line) => line.includes('"shop"')),
    [
      'expected_proxies{proxy_namespace="shop",verdict="synced"} 1',
      'expected_proxies{proxy_namespace="shop",verdict="stale"} 0',
      'expected_proxies{proxy_namespace="shop",verdict="rejected"} 0',
      'expected_proxies{proxy_namespace="shop",verdict="missing"} 1',
      'expected_proxies{proxy_namespace="shop",verdict="unknown"} 0',
    ],
  );
});

test('polls that no longer end: UNKNOWN, and since when is as it was: it does not change because nobody is heard', () => {
  const silent = { ...staleMesh().snapshot, takenAt: epochSeconds(171) };
  assert.deepEqual(ones(silent, 'expected_proxies', 'proxy_sync_state', 'proxy_out_of_sync_since_timestamp_seconds'), [
    'expected_proxies{proxy_namespace="shop",verdict="unknown"} 1',
    `proxy_sync_state{${CART},workload="cart",state="UNKNOWN"} 1`,
    `proxy_out_of_sync_since_timestamp_seconds{${CART},workload="cart",proxy_type="sidecar"} 100`,
  ]);
});

test('before the first poll there is nothing to say', () => {
  assert.deepEqual(rungText(configSynced, polledMesh().snapshot), []);
  const failed = { ...polledMesh().snapshot, controlPlane: { state: 'failed', error: REFUSED } as const };
  assert.deepEqual(rungText(configSynced, failed), []);
});

describe('detail', () => {
  const fine = connection('shop', 'fine', { cds: sync('a') });
  for (const [proxyDetail, expected] of [
    ['all', ['cart', 'fine']],
    ['unsynced', ['cart']],
    ['off', []],
  ] as const) {
    test(`${proxyDetail} governs the families of each proxy, and no other`, () => {
      const mesh = polledMesh({ proxyDetail });
      mesh.poll(90, [answer([SYNCED, fine])]);
      for (const at of [100, 110]) mesh.poll(at, [answer([STALE, fine])]);
      const info = ones(mesh.snapshot, 'proxy_info').map((line) => /workload="(\w+)"/.exec(line)?.[1]);
      assert.deepEqual(info, expected);
      assert.equal(rungText(configSynced, mesh.snapshot, 'proxy_sync_state').length, expected.length * 5);
      assert.equal(ones(mesh.snapshot, 'proxy_out_of_sync_since_timestamp_seconds').length, 1);
      assert.equal(ones(mesh.snapshot, 'proxy_type_state').length, 1);
    });
  }
});

test('NOT_SENT is told where something should have been sent', () => {
  const mesh = polledMesh();
  mesh.poll(90, [answer([connection('shop', 'gw', { cds: sync('a'), lds: sync('>'), rds: sync('>') })])]);
  assert.deepEqual(ones(mesh.snapshot, 'proxy_type_state', 'proxy_unacked_since_timestamp_seconds'), [
    'proxy_type_state{proxy_namespace="shop",proxy="gw",workload="gw",xds_type="lds",state="NOT_SENT"} 1',
  ]);
});

test('what istiods up to 1.5 tell of endpoints', () => {
  const mesh = polledMesh();
  mesh.poll(90, [answer([{ ...SYNCED, endpointAckedRatio: 0.97 }])]);
  assert.deepEqual(ones(mesh.snapshot, 'proxy_endpoint_acked_ratio'), [`proxy_endpoint_acked_ratio{${CART}} 0.97`]);
});

test('the same namespace in two clusters is two', () => {
  const mesh = polledMesh();
  mesh.poll(90, [answer([SYNCED, { ...SYNCED, cluster: 'east' }])]);
  const lines = ones(mesh.snapshot, 'expected_proxies');
  assert.deepEqual(lines, [
    'expected_proxies{proxy_namespace="shop",verdict="synced"} 1',
    'expected_proxies{mesh_cluster="east",proxy_namespace="shop",verdict="synced"} 1',
  ]);
});

describe('NetworkPolicies', () => {
  const deny = {
    namespace: 'shop',
    name: 'default-deny',
    podSelector: {},
    policyTypes: ['Egress'],
    changedAt: epochSeconds(9),
  } as const;
  const { proxy: _, ...istiod } = pod('istio-system', 'istiod-1', { labels: { app: 'istiod' } });
  const namespaces = fresh(new Map());

  test('one series for each workload, with the number of its pods', () => {
    const mesh = polledMesh();
    mesh.setCluster({
      namespaces,
      pods: fresh(
        objects([
          istiod,
          pod('shop', 'cart-7d9f8b6c5-x2x4z'),
          pod('shop', 'cart-7d9f8b6c5-z2z4z'),
          pod('shop', 'db-0'),
        ]),
      ),
      networkPolicies: fresh(objects([deny])),
    });
    assert.deepEqual(rungText(configSynced, mesh.snapshot), [
      'xds_blocked_by_network_policy{proxy_namespace="shop",workload="cart",policy_namespace="shop",policy="default-deny",direction="egress"} 2',
      'xds_blocked_by_network_policy{proxy_namespace="shop",workload="db",policy_namespace="shop",policy="default-deny",direction="egress"} 1',
    ]);
  });

  test('a workload whose pods are blocked by different policies has one series, of most of them', () => {
    const mesh = polledMesh();
    const special = {
      ...deny,
      name: 'special',
      podSelector: { matchLabels: { special: 'yes' } },
      changedAt: epochSeconds(20),
    };
    mesh.setCluster({
      namespaces,
      pods: fresh(
        objects([
          istiod,
          pod('shop', 'db-0', { labels: { special: 'yes' } }),
          pod('shop', 'db-1'),
          pod('shop', 'db-2'),
        ]),
      ),
      networkPolicies: fresh(objects([special, deny])),
    });
    assert.deepEqual(rungText(configSynced, mesh.snapshot), [
      'xds_blocked_by_network_policy{proxy_namespace="shop",workload="db",policy_namespace="shop",policy="default-deny",direction="egress"} 3',
    ]);
  });

  test('both directions are two series', () => {
    const mesh = polledMesh();
    const shut = { ...deny, namespace: 'istio-system', name: 'shut', policyTypes: ['Ingress'] } as const;
    mesh.setCluster({
      namespaces,
      pods: fresh(objects([istiod, pod('shop', 'db-0')])),
      networkPolicies: fresh(objects([deny, shut])),
    });
    assert.deepEqual(
      rungText(configSynced, mesh.snapshot).map((line) => /policy="([^"]*)",direction="([^"]*)"/.exec(line)?.slice(1)),
      [
        ['default-deny', 'egress'],
        ['shut', 'ingress'],
      ],
    );
  });
});

test('what the proxies themselves say of their streams', () => {
  const traffic: Traffic = {
    requests: [],
    proxyLogs: [],
    intake: [],
    xdsStreamFailures: [{ proxyNamespace: 'shop', workload: 'cart', reason: 'keepalive_timeout', count: 3 }],
  };
  assert.deepEqual(rungText(configSynced, { ...polledMesh().snapshot, traffic: fresh(traffic) }), [
    'xds_stream_failures_total{proxy_namespace="shop",workload="cart",reason="keepalive_timeout"} 3',
  ]);
});
