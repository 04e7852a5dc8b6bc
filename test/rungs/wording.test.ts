import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstOf } from '../../src/rungs/wording.ts';

const CASES: readonly (readonly [names: string, max: number, of: string | undefined, text: string])[] = [
  ['a b', 3, undefined, 'a, b'],
  ['a b c d e', 3, undefined, 'a, b, c and 2 more'],
  ['a b c', 2, 'finding', 'a, b and 1 other finding'],
  ['a b c d', 2, 'finding', 'a, b and 2 other findings'],
];
for (const [names, max, of, text] of CASES) {
  test(text, () => assert.equal(firstOf(names.split(' '), max, of), text));
}
