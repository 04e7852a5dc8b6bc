import assert from 'node:assert/strict';
import { test } from 'node:test';
import { epochSeconds } from '../../src/model/brand.ts';
import { type ClusterObjects, NO_CLUSTER } from '../../src/model/cluster.ts';
import { emptySnapshot, type MeshSnapshot } from '../../src/model/snapshot.ts';
import type { ConfigObject, EndpointSlice } from '../../src/model/workload.ts';
import { endpoints } from '../../src/rungs/endpoints/rung.ts';
import { fresh, objects, pod, REFUSED } from '../support/mesh.ts';
import { rungText } from '../support/rung-text.ts';
import { service } from '../support/service.ts';

type Member = 'ready' | 'unready' | 'terminating';

/** A slice of `shop/cart`; members as `pod:health`, or `10.0.0.1:health` for an address that is no pod's. */
function slice(name: string, ...members: readonly `${string}:${Member}`[]): EndpointSlice {
  const list = members.map((member) => {
    const [who = '', health] = member.split(':');
    const isAddress = /^\d/.test(who);
    return {
      addresses: [isAddress ? who : `10.0.0.${who.length}`],
      ready: health === 'ready',
      serving: health !== 'unready',
      terminating: health === 'terminating',
      ...(!isAddress && { pod: who }),
    };
  });
  return { namespace: 'shop', name, service: 'cart', ports: [], endpoints: list };
}

function rule(name: string, createdAt: number, subsets: unknown, host = 'cart'): ConfigObject {
  const named = { apiVersion: '', kind: '', namespace: 'shop', labels: {}, annotations: {} };
  return { ...named, name, createdAt: epochSeconds(createdAt), spec: { host, subsets } };
}

function snapshotOf(parts: Partial<ClusterObjects>, rules: readonly ConfigObject[] = []): MeshSnapshot {
  const cluster: ClusterObjects = {
    ...NO_CLUSTER,
    services: fresh(objects([service('shop', 'cart', ['10.96.0.1'])])),
    pods: fresh(
      objects([
        pod('shop', 'one', { labels: { version: 'v1' } }),
        pod('shop', 'three', { labels: { version: 'v1' } }),
        pod('shop', 'second', { labels: { version: 'v2' } }),
      ]),
    ),
    endpointSlices: fresh(new Map()),
    config: { 'destinationrules.networking.istio.io': fresh(objects(rules)) },
    ...parts,
  };
  return { ...emptySnapshot(epochSeconds(100)), cluster };
}

/** As `subset ready/unready/terminating`. */
function counts(snapshot: MeshSnapshot): readonly string[] {
  const bySubset = Map.groupBy(endpoints.evaluate(snapshot).endpoints, ({ labels }) => labels.subset);
  return [...bySubset].map(([subset, samples]) => `${subset || '""'} ${samples.map(({ value }) => value).join('/')}`);
}

function slices(...list: readonly EndpointSlice[]): Partial<ClusterObjects> {
  return { endpointSlices: fresh(objects(list)) };
}

const V1_V2 = [
  { name: 'v1', labels: { version: 'v1' } },
  { name: 'v2', labels: { version: 'v2' } },
];

test('a service is counted by health, zeros included', () => {
  const snapshot = snapshotOf(slices(slice('a', 'one:ready', 'second:unready', 'three:terminating')));
  const labels = 'service_namespace="shop",service_name="cart",subset="",layer="kubernetes"';
  assert.deepEqual(rungText(endpoints, snapshot), [
    `endpoints{${labels},health="ready"} 1`,
    `endpoints{${labels},health="unready"} 1`,
    `endpoints{${labels},health="terminating"} 1`,
  ]);
});

test('a service without slices, or with an empty one, has nobody', () => {
  assert.deepEqual(counts(snapshotOf({})), ['"" 0/0/0']);
  assert.deepEqual(counts(snapshotOf(slices(slice('a')))), ['"" 0/0/0']);
});

test('a pod in several slices is one endpoint, by its best word', () => {
  const both = slices(
    slice('v4', 'one:unready'),
    slice('v6', 'one:ready', 'second:terminating'),
    slice('x', 'second:unready'),
  );
  assert.deepEqual(counts(snapshotOf(both)), ['"" 1/0/1']);
});

test('each subset counts the pods with its labels; one that has none shows zeros', () => {
  const rules = [rule('r', 1, [...V1_V2, { name: 'v3', labels: { version: 'v3' } }, { name: 'all' }])];
  assert.deepEqual(counts(snapshotOf(slices(slice('a', 'one:ready', 'three:ready', 'second:unready')), rules)), [
    '"" 2/1/0',
    'v1 2/0/0',
    'v2 0/1/0',
    'v3 0/0/0',
    'all 2/1/0',
  ]);
});

test('of two rules that name one subset the older counts; broken subsets are left out', () => {
  const rules = [
    rule('young', 9, [{ name: 'v1', labels: { version: 'v2' } }]),
    rule('old', 1, [{ name: 'v1', labels: { version: 'v1' } }, { name: 7 }, 'x', { name: 'bad', labels: { a: 1 } }]),
    rule('elsewhere', 1, V1_V2, '*.shop.svc.cluster.local'),
  ];
  assert.deepEqual(counts(snapshotOf(slices(slice('a', 'one:ready', 'second:ready')), rules)), [
    '"" 2/0/0',
    'v1 1/0/0',
  ]);
});

test('addresses that are no known pod count for the service, and for no subset', () => {
  const rules = [rule('r', 1, V1_V2)];
  assert.deepEqual(counts(snapshotOf(slices(slice('a', '10.9.9.9:ready', 'gone:ready')), rules)), ['"" 2/0/0']);
});

test('what is not known is absent, and what lies elsewhere too', () => {
  assert.deepEqual(counts(emptySnapshot(epochSeconds(1))), []);
  assert.deepEqual(counts(snapshotOf({ endpointSlices: { state: 'pending' } })), []);
  const external = { ...service('shop', 'cart', []), type: 'ExternalName' };
  assert.deepEqual(counts(snapshotOf({ services: fresh(objects([external])) })), []);
});

test('what Kubernetes said long ago is not repeated once it is silent', () => {
  const value = objects([slice('a', 'one:ready')]);
  const silentSince = (at: number): MeshSnapshot =>
    snapshotOf({ endpointSlices: { state: 'stale', at: epochSeconds(at), value, error: REFUSED } });
  assert.deepEqual(counts(silentSince(40)), ['"" 1/0/0']);
  assert.deepEqual(counts(silentSince(39)), []);
});
