import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { epochSeconds } from '../../../src/model/brand.ts';
import type { Pod } from '../../../src/model/workload.ts';
import { inspectionTargets } from '../../../src/sources/inspection/targets.ts';
import { answer, connection, pod, polledMesh, sync } from '../../support/mesh.ts';

const SYNCED = { cds: sync('a', 7), lds: sync('b', 8), rds: sync(''), eds: sync('c>d', 9) };

/** A mesh of one pod. */
function meshOf(own: Pod, types = SYNCED) {
  const mesh = polledMesh();
  mesh.setPods([own]);
  mesh.poll(90, [answer([connection(own.namespace, own.name, types)])]);
  mesh.poll(100, [answer([connection(own.namespace, own.name, types)])]);
  return mesh;
}

test('an Envoy, with what it holds as far as that is known', () => {
  const own = pod('shop', 'cart-7d9fbcd45-2xkqp', { labels: { 'pod-template-hash': '7d9fbcd45' } });
  const targets = inspectionTargets(meshOf(own).snapshot);
  assert.deepEqual(targets?.list, [
    {
      key: 'shop/cart-7d9fbcd45-2xkqp',
      namespace: 'shop',
      name: 'cart-7d9fbcd45-2xkqp',
      workload: 'cart',
      kin: 'default 1.30.3 7d9fbcd45',
      addresses: ['10.0.0.9'],
      startedAt: 1,
      verdict: 'stale',
      istiod: 'istiod-1',
      delivered: {
        clusters: { nonce: 'a', sentAt: 7 },
        listeners: { nonce: 'b', sentAt: 8 },
        routes: { nonce: '', sentAt: 0 },
      },
    },
  ]);
  assert.equal(targets?.poll, 2);
  assert.equal(targets?.byKey.get('shop/cart-7d9fbcd45-2xkqp'), targets?.list[0]);
});

test('of an istiod that tells states without nonces, a message is known by when it was sent', () => {
  const own = pod('shop', 'cart-1');
  const { sent: _sent, acked: _acked, ...state } = sync('a', 7);
  const [target] = inspectionTargets(meshOf(own, { ...SYNCED, cds: state }).snapshot)?.list ?? [];
  assert.deepEqual(target?.delivered.clusters, { nonce: 'sent at 7', sentAt: 7 });
});

describe('who has no Envoy that can be asked', () => {
  const proxy = { native: false, running: false, restarts: 0 };
  for (const [what, changes] of [
    ['no sidecar', { proxy: undefined }],
    ['a sidecar that does not run', { proxy }],
    ['a pod on its way out', { terminating: true }],
    ['a pod that has ended', { phase: 'Succeeded' }],
    ['gRPC without a proxy', { annotations: { 'inject.istio.io/templates': 'grpc-agent' } }],
    ['a ztunnel', { labels: { app: 'ztunnel' } }],
  ] as const) {
    test(what, () => {
      const { proxy: _own, ...rest } = pod('shop', 'a');
      const own = 'proxy' in changes && changes.proxy === undefined ? rest : { ...pod('shop', 'a'), ...changes };
      const types = what === 'a ztunnel' ? { type: 'unknown' as const } : {};
      const mesh = polledMesh();
      mesh.setPods([own as Pod]);
      mesh.poll(100, [answer([connection('shop', 'a', SYNCED, types)])]);
      assert.deepEqual(inspectionTargets(mesh.snapshot)?.list, []);
    });
  }
});

test('a proxy of another cluster is not ours to ask', () => {
  const mesh = polledMesh();
  mesh.setPods([pod('shop', 'a')]);
  mesh.poll(100, [answer([connection('shop', 'b', SYNCED, { cluster: 'west' }), connection('shop', 'a', SYNCED)])]);
  assert.deepEqual(
    inspectionTargets(mesh.snapshot)?.list.map(({ name }) => name),
    ['a'],
  );
});

describe('nothing is known', () => {
  test('before pods are', () => {
    const mesh = polledMesh();
    mesh.poll(100, [answer([connection('shop', 'a', SYNCED)])]);
    assert.equal(inspectionTargets(mesh.snapshot), undefined);
  });

  test('when no poll has ended for long', () => {
    const { snapshot } = meshOf(pod('shop', 'a'));
    assert.notEqual(inspectionTargets(snapshot), undefined);
    assert.equal(inspectionTargets({ ...snapshot, takenAt: epochSeconds(1_000) }), undefined);
  });
});

test('they are made once for each poll', () => {
  const mesh = meshOf(pod('shop', 'a'));
  const first = inspectionTargets(mesh.snapshot);
  assert.equal(inspectionTargets({ ...mesh.snapshot, takenAt: epochSeconds(101) }), first);
  mesh.poll(110, [answer([connection('shop', 'a', SYNCED)])]);
  assert.equal(inspectionTargets(mesh.snapshot)?.poll, 3);
});
