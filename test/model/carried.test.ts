import assert from 'node:assert/strict';
import { test } from 'node:test';
import { carriedFor } from '../../src/model/carried.ts';

test('what was made of a thing is there the next time, and forgotten where the thing did not come again', () => {
  const begin = carriedFor<string, number>();
  const owner = {};
  const first = begin(owner);
  for (const [thing, made] of [
    ['a', 1],
    ['b', 2],
  ] as const) {
    assert.equal(first.last(thing), undefined);
    first.keep(thing, made);
  }
  first.done();
  const second = begin(owner);
  assert.deepEqual([second.last('a'), second.last('b')], [1, 2]);
  second.keep('a', 1);
  second.done();
  const third = begin(owner);
  assert.deepEqual([third.last('a'), third.last('b')], [1, undefined]);
});

test('what is made for one owner is nothing to another', () => {
  const begin = carriedFor<string, number>();
  const making = begin({});
  making.keep('a', 1);
  making.done();
  assert.equal(begin({}).last('a'), undefined);
});

test('who is interrupted leaves what was made before', () => {
  const begin = carriedFor<string, number>();
  const owner = {};
  const first = begin(owner);
  first.keep('a', 1);
  first.done();
  begin(owner).keep('b', 2);
  assert.deepEqual([begin(owner).last('a'), begin(owner).last('b')], [1, undefined]);
});
