import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownPods, ownTargets, shardOf } from '../../src/app/shard.ts';
import { StartError } from '../../src/app/start-error.ts';
import { configSchema } from '../../src/config/schema.ts';
import { isOfShard, UNDIVIDED } from '../../src/model/shard.ts';
import type { Targets } from '../../src/sources/inspection/targets.ts';
import { fresh, objects, pod } from '../support/mesh.ts';

const config = (shard: object) => configSchema.parse({ shard });

for (const [given, pod, index] of [
  [{ index: 2, count: 3 }, 'ladder-0', 2],
  [{ index: 'auto', count: 3 }, 'ladder-0', 0],
  [{ index: 'auto', count: 3 }, 'my-ladder-2-2', 2],
] as const) {
  test(`${JSON.stringify(given)} in pod ${pod} is shard ${index}`, () => {
    assert.deepEqual(shardOf(config(given), { POD_NAME: pod }), { index, count: given.count });
  });
}

for (const [pod, words] of [
  ['ladder-7c9d8b6f5a-x2k4p', /does not end in a number/],
  ['ladder3', /does not end in a number/],
  ['ladder-3', /makes this shard 3 of 3; make shard\.count the number of replicas/],
] as const) {
  test(`auto in pod ${pod} ends the start`, () => {
    assert.throws(
      () => shardOf(config({ index: 'auto', count: 3 }), { HOSTNAME: pod }),
      (error: unknown) => error instanceof StartError && words.test(error.message),
    );
  });
}

const SHARD = { index: 1, count: 2 };
const NAMES = ['payment', 'bookinfo', 'shop', 'istio-system', 'team-a', 'team-b'];

test('logs are followed of pods of the own namespaces alone, and the list is the same while nothing changed', () => {
  let pods = fresh(objects(NAMES.map((namespace) => pod(namespace, 'a'))));
  const own = ownPods(SHARD, () => pods);
  const first = own();
  assert.ok(first.state === 'fresh');
  const expected = NAMES.filter((name) => isOfShard(SHARD, name));
  assert.deepEqual(
    [...first.value.values()].map(({ namespace }) => namespace),
    expected,
  );
  assert.ok(expected.length > 0 && expected.length < NAMES.length);
  assert.equal(own(), first);
  pods = fresh(new Map());
  assert.notEqual(own(), first);
  const read = (): typeof pods => pods;
  assert.equal(ownPods(UNDIVIDED, read), read);
});

test('proxies of other shards are not looked into in turn, and still may be asked for', () => {
  const list = NAMES.map((namespace) => ({ namespace, name: 'a' }));
  const targets = { poll: 1, list, byKey: new Map() } as unknown as Targets;
  const own = ownTargets(SHARD, () => targets)();
  assert.ok(own !== undefined);
  assert.ok(own.list.every(({ namespace }) => isOfShard(SHARD, namespace)));
  assert.equal(own.byKey, targets.byKey);
  assert.equal(ownTargets(SHARD, () => undefined)(), undefined);
});
