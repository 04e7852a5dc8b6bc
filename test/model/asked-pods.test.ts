import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type PodQuery, podsAsked } from '../../src/model/asked-pods.ts';
import { podOwnerOf } from '../../src/model/pod-owner.ts';
import type { Pod } from '../../src/model/workload.ts';
import { answer, connection, fresh, objects, pod, polledMesh, sync } from '../support/mesh.ts';

function owned(name: string, kind: string, owner: string, changes: Partial<Pod> = {}): Pod {
  return pod('shop', name, { owner: { kind, name: owner }, ...changes });
}

const PODS = [
  owned('cart-6d8f9b7c5d-2xkqp', 'ReplicaSet', 'cart-6d8f9b7c5d'),
  owned('cart-6d8f9b7c5d-9zrtw', 'ReplicaSet', 'cart-6d8f9b7c5d'),
  owned('cart-6d8f9b7c5d-gone5', 'ReplicaSet', 'cart-6d8f9b7c5d', { terminating: true }),
  owned('cart-0', 'StatefulSet', 'cart'),
  owned('pay-v1-5c7d8e9f6b-qw4rt', 'ReplicaSet', 'pay-v1-5c7d8e9f6b'),
  owned('pay-v2-7b9c6d5f4e-m8zrt', 'ReplicaSet', 'pay-v2-7b9c6d5f4e'),
  owned('node-x7k2p', 'DaemonSet', 'node'),
  pod('other', 'cart'),
];
const REPLICA_SETS = ['cart-6d8f9b7c5d', 'pay-v1-5c7d8e9f6b', 'pay-v2-7b9c6d5f4e'].map((name) => ({
  namespace: 'shop',
  name,
  owner: { kind: 'Deployment', name: name.replace(/-[^-]+$/, '') },
}));

/** The second replica of cart is behind; `ghost` is known to istiod alone. */
function snapshot(pods: readonly Pod[] | undefined = PODS) {
  const mesh = polledMesh();
  mesh.setPods(pods);
  mesh.setCluster({ replicaSets: fresh(objects(REPLICA_SETS)) });
  const row = (name: string, words: string) => connection('shop', name, { cds: sync(words), lds: sync(words) });
  const rows = [
    row('cart-6d8f9b7c5d-2xkqp', 'n1'),
    row('cart-6d8f9b7c5d-9zrtw', 'n1>n2'),
    row('ghost-5f7b8c9d6e-abcde', 'n1'),
  ];
  for (const at of [10, 20, 30]) mesh.poll(at, [answer(rows)]);
  return mesh.snapshot;
}

const TABLE: Readonly<Record<string, readonly [asked: Omit<PodQuery, 'namespace'>, names: readonly string[]]>> = {
  'a pod': [{ name: 'cart-0' }, ['cart-0']],
  'a pod that only istiod knows': [{ name: 'ghost-5f7b8c9d6e-abcde' }, ['ghost-5f7b8c9d6e-abcde']],
  'a workload by its name alone, whatever runs it, those behind first': [
    { name: 'cart' },
    ['cart-6d8f9b7c5d-9zrtw', 'cart-0', 'cart-6d8f9b7c5d-2xkqp'],
  ],
  'a deployment': [{ name: 'cart', of: 'deployments' }, ['cart-6d8f9b7c5d-9zrtw', 'cart-6d8f9b7c5d-2xkqp']],
  'a stateful set': [{ name: 'cart', of: 'statefulsets' }, ['cart-0']],
  'a daemon set': [{ name: 'node', of: 'daemonsets' }, ['node-x7k2p']],
  'a replica set': [{ name: 'pay-v2-7b9c6d5f4e', of: 'replicasets' }, ['pay-v2-7b9c6d5f4e-m8zrt']],
  'the workload of a pod that only istiod knows': [{ name: 'ghost', of: 'deployments' }, ['ghost-5f7b8c9d6e-abcde']],
  'all whose names begin so': [{ name: 'pay' }, ['pay-v1-5c7d8e9f6b-qw4rt', 'pay-v2-7b9c6d5f4e-m8zrt']],
  'a deployment is never half a name': [{ name: 'pay', of: 'deployments' }, []],
  nobody: [{ name: 'payment' }, []],
};

describe('the pods that somebody means', () => {
  for (const [about, [asked, names]] of Object.entries(TABLE)) {
    test(about, () => assert.deepEqual(podsAsked(snapshot(), { namespace: 'shop', ...asked }).names, names));
  }

  test('a pod of another namespace is another', () => {
    assert.deepEqual(podsAsked(snapshot(), { namespace: 'other', name: 'cart' }), { names: ['cart'], isOwner: false });
    assert.deepEqual(podsAsked(snapshot(), { namespace: 'none', name: 'cart' }).names, []);
  });

  test('where pods are not known, those that istiod lists', () => {
    const meant = podsAsked(snapshot([]), { namespace: 'shop', name: 'cart' });
    assert.deepEqual(meant, { names: ['cart-6d8f9b7c5d-9zrtw', 'cart-6d8f9b7c5d-2xkqp'], isOwner: true });
  });

  test("kubectl's words for what runs pods", () => {
    assert.deepEqual(['deploy', 'Pod', 'sts', 'svc', 'constructor'].map(podOwnerOf), [
      'deployments',
      'pods',
      'statefulsets',
      undefined,
      undefined,
    ]);
  });
});
