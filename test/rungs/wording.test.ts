import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exactPercent, firstOf, percent } from '../../src/rungs/wording.ts';

const CASES: readonly (readonly [names: string, max: number, of: string | undefined, text: string])[] = [
  ['a b', 3, undefined, 'a, b'],
  ['a b c d e', 3, undefined, 'a, b, c and 2 more'],
  ['a b c', 2, 'finding', 'a, b and 1 other finding'],
  ['a b c d', 2, 'finding', 'a, b and 2 other findings'],
];
for (const [names, max, of, text] of CASES) {
  test(text, () => assert.equal(firstOf(names.split(' '), max, of), text));
}

/** The page has its own, since it loads nothing but its own files. */
const { percentText } = (await import('../../src/sinks/http/page/client/' + 'share.js')) as {
  percentText(share: number): string;
};

const SHARES: readonly (readonly [share: number, text: string])[] = [
  [0, '0 %'],
  [0.0002, '<0.1 %'],
  [0.001, '0.1 %'],
  [0.025, '2.5 %'],
  [0.0999, '10 %'],
  [0.1, '10 %'],
  [0.29, '29 %'],
  [1 / 3, '33 %'],
  [0.985, '99 %'],
  [0.99, '99 %'],
  [0.9951, '99.5 %'],
  [0.9997, '99.9 %'],
  [1, '100 %'],
];
for (const [share, text] of SHARES) {
  test(`a share of ${share} is read as ${text}`, () =>
    assert.deepEqual([percent(share), percentText(share)], [text, text]));
}

test('what configuration declares is told exactly', () => {
  assert.deepEqual([0.000001, 1 / 3, 0.1, 0.999999].map(exactPercent), ['0.0001 %', '33.3333 %', '10 %', '99.9999 %']);
});
