import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fnv1a, isOfShard, UNDIVIDED } from '../../src/model/shard.ts';

/** From the authors' own test vectors (draft-eastlake-fnv, 32 bits), and names as they are. */
for (const [text, hash] of [
  ['', 0x811c9dc5],
  ['a', 0xe40c292c],
  ['b', 0xe70c2de5],
  ['foobar', 0xbf9cf968],
  ['istio-system', 0xd347d003],
] as const) {
  test(`the hash of ${JSON.stringify(text)}`, () => {
    assert.equal(fnv1a(text).toString(16), hash.toString(16));
  });
}

const namespace = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,20}[a-z0-9])?$/);

test('a namespace is of exactly one shard', () => {
  fc.assert(
    fc.property(namespace, fc.integer({ min: 1, max: 64 }), (name, count) => {
      const shards = Array.from({ length: count }, (_, index) => ({ index, count }));
      assert.equal(shards.filter((shard) => isOfShard(shard, name)).length, 1);
    }),
  );
});

test('what is of no namespace is of the first, and undivided all is', () => {
  assert.deepEqual([isOfShard({ index: 0, count: 3 }, ''), isOfShard({ index: 1, count: 3 }, '')], [true, false]);
  assert.equal(isOfShard(UNDIVIDED, 'payment'), true);
});

test('namespaces as people name them are divided about evenly', () => {
  const names = Array.from({ length: 3000 }, (_, nth) => `team-${nth % 60}-${['dev', 'test', 'prod'][nth % 3]}-${nth}`);
  for (const count of [2, 3, 4, 8]) {
    for (let index = 0; index < count; index += 1) {
      const share = names.filter((name) => isOfShard({ index, count }, name)).length / (names.length / count);
      assert.ok(share > 0.8 && share < 1.2, `shard ${index} of ${count} has ${share} of its share`);
    }
  }
});
