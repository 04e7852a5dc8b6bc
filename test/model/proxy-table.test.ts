import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { epochSeconds } from '../../src/model/brand.ts';
import { NO_CLUSTER } from '../../src/model/cluster.ts';
import type { InjectionWebhook } from '../../src/model/injection.ts';
import type { ProxyRow } from '../../src/model/proxy-row.ts';
import { proxyTable } from '../../src/model/proxy-table.ts';
import type { MeshSnapshot } from '../../src/model/snapshot.ts';
import { workloadOfPodName } from '../../src/model/workload-name.ts';
import { workloadOfPod } from '../../src/model/workload-of-pod.ts';
import { mapReplicaSet } from '../../src/sources/kubernetes/objects/owners.ts';
import { mapPod } from '../../src/sources/kubernetes/objects/pods.ts';
import {
  answer,
  connection,
  fresh,
  objects,
  pod,
  polledMesh,
  REFUSED,
  recordedObjects,
  sync,
} from '../support/mesh.ts';
import { readSyncz } from '../support/syncz.ts';

const CART = connection('shop', 'cart-7d9f8b6c5-x2x4z', { cds: sync('a', 50), lds: sync('a', 60), rds: sync('>') });

const INJECTOR: Omit<InjectionWebhook, 'revision'> = {
  configuration: 'istio-revision-tag-stable',
  name: 'rev.namespace.sidecar-injector.istio.io',
  createdAt: epochSeconds(1),
  namespaceSelector: {},
  objectSelector: {},
};

function only(snapshot: MeshSnapshot): ProxyRow {
  const [row, ...more] = proxyTable(snapshot);
  assert.ok(row !== undefined && more.length === 0);
  return row;
}

describe('a row', () => {
  test('of a proxy in sync says when each type was sent', () => {
    const mesh = polledMesh();
    mesh.poll(90, [answer([{ ...CART, endpointAckedRatio: 0.5 }])]);
    assert.deepEqual(only(mesh.snapshot), {
      cluster: 'Kubernetes',
      namespace: 'shop',
      name: 'cart-7d9f8b6c5-x2x4z',
      workload: 'cart',
      type: 'sidecar',
      istiod: 'istiod-1',
      revision: 'default',
      istioVersion: '1.30.3',
      endpointAckedRatio: 0.5,
      verdict: 'synced',
      state: 'SYNCED',
      types: {
        cds: { state: 'SYNCED', since: 50 },
        lds: { state: 'SYNCED', since: 60 },
        rds: { state: 'NOT_SENT' },
      },
      changes: [],
    });
  });

  test('of a proxy that rejects has its words and their class', () => {
    const mesh = polledMesh();
    const nacked = connection('shop', 'cart-1', { lds: sync('a>b', 80, 'unknown filter foo') });
    for (const at of [90, 100]) mesh.poll(at, [answer([nacked])]);
    const row = only(mesh.snapshot);
    assert.deepEqual([row.verdict, row.state, row.outOfSync?.since], ['rejected', 'ERROR', 90]);
    assert.deepEqual(row.types.lds, {
      state: 'ERROR',
      since: 80,
      error: 'unknown filter foo',
      reason: 'unknown_filter_or_type',
    });
  });

  test('of a missing proxy keeps what was known of it, without the states of a connection that is no more', () => {
    const mesh = polledMesh();
    mesh.setPods([pod('shop', CART.name)]);
    mesh.poll(90, [answer([CART])]);
    for (const at of [100, 110]) mesh.poll(at, [answer([])]);
    const row = only(mesh.snapshot);
    assert.deepEqual([row.verdict, row.state, row.types, row.missingSince], ['missing', 'MISSING', {}, 100]);
    assert.deepEqual([row.istiod, row.revision, row.istioVersion], ['istiod-1', 'default', '1.30.3']);
  });

  test('of a proxy never listed says what its pod says', () => {
    const mesh = polledMesh();
    mesh.setPods([pod('shop', 'gw-1', { labels: { istio: 'ingressgateway' }, annotations: { 'istio.io/rev': 'v2' } })]);
    for (const at of [100, 110]) mesh.poll(at, [answer([])]);
    const row = only(mesh.snapshot);
    assert.deepEqual([row.type, row.revision, row.istiod, row.istioVersion], ['router', 'v2', undefined, undefined]);
  });

  test('of a proxy whose istiod cannot be asked is unknown in every type', () => {
    const mesh = polledMesh();
    mesh.poll(90, [answer([CART])]);
    mesh.poll(100, [answer([CART], {}, REFUSED)]);
    const row = only(mesh.snapshot);
    assert.deepEqual([row.verdict, row.state], ['unknown', 'UNKNOWN']);
    assert.deepEqual(row.types, { cds: { state: 'UNKNOWN' }, lds: { state: 'UNKNOWN' }, rds: { state: 'UNKNOWN' } });
  });

  test('is unknown once no poll has ended for longer than the operator allows; since when stays', () => {
    const mesh = polledMesh();
    const stale = connection('shop', 'cart-1', { cds: sync('a>b', 80) });
    for (const at of [90, 100]) mesh.poll(at, [answer([stale])]);
    const later = (takenAt: number): ProxyRow => only({ ...mesh.snapshot, takenAt: epochSeconds(takenAt) });
    assert.deepEqual([later(160).verdict, later(160).outOfSync?.since], ['stale', 90]);
    assert.deepEqual([later(161).verdict, later(161).outOfSync?.since, later(161).state], ['unknown', 90, 'UNKNOWN']);
    const failed = only({ ...mesh.snapshot, controlPlane: { state: 'failed', error: REFUSED } });
    assert.equal(failed.verdict, 'unknown');
  });

  test('names the policy that keeps the proxy from istiod', () => {
    const mesh = polledMesh();
    mesh.setCluster({
      pods: fresh(objects([pod('shop', CART.name), pod('istio-system', 'istiod-1', { labels: { app: 'istiod' } })])),
      namespaces: fresh(new Map()),
      networkPolicies: fresh(
        objects([
          { namespace: 'shop', name: 'deny', podSelector: {}, policyTypes: ['Egress'], changedAt: epochSeconds(1) },
        ] as const),
      ),
    });
    mesh.poll(90, [answer([CART])]);
    const row = proxyTable(mesh.snapshot).find(({ namespace }) => namespace === 'shop');
    assert.deepEqual(row?.blockedBy, { policyNamespace: 'shop', policy: 'deny', direction: 'egress', others: [] });
  });

  test('takes the type from the pod where istiod does not say', () => {
    const mesh = polledMesh();
    mesh.setPods([pod('shop', 'w-1', { labels: { 'gateway.istio.io/managed': 'istio.io-mesh-controller' } })]);
    mesh.poll(90, [answer([connection('shop', 'w-1', { cds: sync('a') }, { type: 'unknown' })])]);
    assert.equal(only(mesh.snapshot).type, 'waypoint');
  });
});

test('a proxy of another cluster is not our pod of the same name', () => {
  const mesh = polledMesh();
  mesh.setPods([
    pod('shop', 'db-0', { owner: { kind: 'StatefulSet', name: 'ours' }, labels: { istio: 'ingressgateway' } }),
  ]);
  const db = connection('shop', 'db-0', { cds: sync('a') }, { type: 'unknown' });
  mesh.poll(90, [answer([db, { ...db, cluster: 'east' }])]);
  const rows = proxyTable(mesh.snapshot).map(({ cluster, workload, type }) => [cluster, workload, type]);
  assert.deepEqual(rows, [
    ['Kubernetes', 'ours', 'router'],
    ['east', 'db', 'unknown'],
  ]);
});

describe('the table', () => {
  test('is the same object as long as what it rests on is the same', () => {
    const mesh = polledMesh();
    mesh.setPods([pod('shop', CART.name)]);
    mesh.poll(90, [answer([CART])]);
    const rows = proxyTable(mesh.snapshot);
    assert.equal(proxyTable({ ...mesh.snapshot, takenAt: epochSeconds(95) }), rows);
    mesh.setPods([pod('shop', CART.name), pod('shop', 'other')]);
    assert.notEqual(proxyTable(mesh.snapshot), rows);
  });

  test('keeps the row of a proxy of which nothing changed over polls', () => {
    const mesh = polledMesh();
    mesh.poll(90, [answer([CART])]);
    const before = only(mesh.snapshot);
    mesh.poll(100, [answer([CART])]);
    assert.equal(only(mesh.snapshot), before);
  });

  test('names a workload anew when its owner becomes known', () => {
    const mesh = polledMesh();
    const owned = pod('shop', CART.name, { owner: { kind: 'ReplicaSet', name: 'cart-7d9f8b6c5' } });
    mesh.setPods([owned]);
    mesh.poll(90, [answer([CART])]);
    assert.equal(only(mesh.snapshot).workload, 'cart-7d9f8b6c5');
    const owner = { kind: 'Deployment', name: 'the-cart' };
    mesh.setCluster({ replicaSets: fresh(objects([{ namespace: 'shop', name: 'cart-7d9f8b6c5', owner }])) });
    assert.equal(only(mesh.snapshot).workload, 'the-cart');
  });

  test('names a revision anew when its tag stands for another', () => {
    const mesh = polledMesh();
    const injector = { ...INJECTOR, tag: 'stable' };
    mesh.setPods([pod('shop', 'cart-1', { labels: { 'istio.io/rev': 'stable' }, annotations: {} })]);
    mesh.setCluster({ injectors: fresh(objects([{ ...injector, revision: 'v1' }])) });
    for (const at of [100, 110]) mesh.poll(at, [answer([])]);
    assert.equal(only(mesh.snapshot).revision, 'v1');
    mesh.setCluster({ injectors: fresh(objects([{ ...injector, revision: 'v2' }])) });
    assert.equal(only(mesh.snapshot).revision, 'v2');
  });

  test('has each recorded proxy once, with what istioctl said of it', async () => {
    const mesh = polledMesh();
    const [first, second] = await Promise.all(
      ['first', 'second'].map((half) => readSyncz(`syncz/two-istiods.${half}.json`)),
    );
    mesh.poll(90, [answer(first?.proxies ?? []), answer(second?.proxies ?? [], { name: 'istiod-2' })]);
    const rows = proxyTable(mesh.snapshot);
    assert.equal(rows.length, 14);
    const states = Object.fromEntries(
      rows.map(({ name, istiod, state }) => [name.split('-')[0] ?? '', `${istiod} ${state}`]),
    );
    assert.equal(states['orders'], 'istiod-2 SYNCED');
    assert.equal(states['nack'], 'istiod-1 ERROR');
    assert.equal(states['slow'], 'istiod-1 STALE');
    assert.equal(states['fresh'], 'istiod-1 SYNCED');
    assert.ok(!rows.some(({ name }) => name.startsWith('test-')), 'istioctl is no proxy');
  });
});

describe('the workload of a pod', () => {
  test('by owners is the workload by name, for every recorded pod', () => {
    const cluster = { ...NO_CLUSTER, replicaSets: fresh(recordedObjects('replicasets.json', mapReplicaSet)) };
    for (const recorded of recordedObjects('pods.json', mapPod).values()) {
      assert.equal(workloadOfPod(recorded.name, recorded, cluster), workloadOfPodName(recorded.name));
      assert.equal(workloadOfPod(recorded.name, recorded, NO_CLUSTER), workloadOfPodName(recorded.name));
      assert.equal(workloadOfPod(recorded.name, undefined, cluster), workloadOfPodName(recorded.name));
    }
  });

  const cases: readonly [about: string, name: string, kind: string, owner: string, expected: string][] = [
    ['a StatefulSet', 'db-0', 'StatefulSet', 'db', 'db'],
    ['a DaemonSet', 'ztunnel-x2x4z', 'DaemonSet', 'ztunnel', 'ztunnel'],
    ['a bare ReplicaSet', 'rs-x2x4z', 'ReplicaSet', 'rs', 'rs'],
    ['a Job', 'migrate-x2x4z', 'Job', 'migrate', 'migrate'],
    ['a CronJob', 'nightly-29012345-x2x4z', 'Job', 'nightly-29012345', 'nightly'],
  ];
  for (const [about, name, kind, owner, expected] of cases) {
    test(`of ${about}`, () => {
      assert.equal(workloadOfPod(name, pod('a', name, { owner: { kind, name: owner } }), NO_CLUSTER), expected);
    });
  }
});
