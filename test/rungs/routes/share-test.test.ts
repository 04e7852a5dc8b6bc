import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import fc from 'fast-check';
import { canaryPage } from '../../../scripts/simulate-canary.ts';
import { binomialTail } from '../../../src/rungs/routes/binomial-tail.ts';
import { judgeShare } from '../../../src/rungs/routes/share-test.ts';

/** Declared share, hits, requests, verdict. */
const CASES: readonly (readonly [about: string, declared: number, hits: number, total: number, verdict: string])[] = [
  ['ten requests accuse nobody', 0.1, 0, 10, 'too_few'],
  ['not even where all of them went wrong', 0, 10, 10, 'too_few'],
  ['a canary that nobody reaches', 0.1, 0, 1_000, 'off'],
  ['as soon as chance is out of the question', 0.1, 0, 155, 'off'],
  ['and not before', 0.1, 0, 149, 'too_few'],
  ['a canary that gets its share', 0.1, 97, 1_000, 'ok'],
  ['a canary that gets all', 0.1, 1_000, 1_000, 'off'],
  ['a canary that gets everything, with few expected', 0.01, 60, 60, 'off'],
  ['one in a hundred, and none came', 0.01, 0, 2_000, 'off'],
  ['a subset that was to get nothing, and gets nothing', 0, 0, 1_000, 'ok'],
  ['a request that was under way', 0, 1, 1_000, 'ok'],
  ['a subset that was to get nothing, and gets a tenth', 0, 100, 1_000, 'off'],
  ['a subset that was to get all, and does', 1, 1_000, 1_000, 'ok'],
  ['a subset that was to get all, and half goes elsewhere', 1, 500, 1_000, 'off'],
  ['very many requests do not make a grain of sand a mountain', 0.1, 10_400_000, 100_000_000, 'ok'],
  ['nor hide one', 0.1, 12_000_000, 100_000_000, 'off'],
  ['no number', Number.NaN, 1, 100, 'too_few'],
  ['more hits than requests', 0.1, 101, 100, 'too_few'],
];

for (const [about, declared, hits, total, verdict] of CASES) {
  test(`${about}: ${hits} of ${total} at ${declared} is ${verdict}`, () => {
    assert.equal(judgeShare({ declared, hits, total }).verdict, verdict);
  });
}

/** Chances of exactly n hits, by adding one request after the other: slow, and nothing to go wrong. */
function distribution(total: number, chance: number): readonly number[] {
  let chances = [1];
  for (let request = 0; request < total; request += 1) {
    chances = Array.from({ length: chances.length + 1 }, (_, hits) => {
      return (chances[hits] ?? 0) * (1 - chance) + (chances[hits - 1] ?? 0) * chance;
    });
  }
  return chances;
}

test('the tail is what the chances add up to', () => {
  for (const [total, chance] of [
    [7, 0.5],
    [60, 0.1],
    [200, 0.03],
    [200, 0.97],
  ] as const) {
    const chances = distribution(total, chance);
    for (let hits = 0; hits <= total; hits += 1) {
      const part = hits < total * chance ? chances.slice(0, hits + 1) : chances.slice(hits);
      const expected = part.reduce((sum, each) => sum + each, 0);
      const actual = binomialTail({ hits, total }, chance);
      assert.ok(Math.abs(actual - expected) <= expected * 1e-9 + 1e-300, `${hits} of ${total}: ${actual} ${expected}`);
    }
  }
});

test('a tail is a chance, whatever is asked', () => {
  const asked = fc.tuple(
    fc.integer({ min: 0, max: 1e9 }),
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.double({ min: 0, max: 1, noNaN: true }),
  );
  fc.assert(
    fc.property(asked, ([total, part, chance]) => {
      const tail = binomialTail({ hits: Math.floor(total * part), total }, chance);
      assert.ok(tail >= 0 && tail <= 1, String(tail));
    }),
    { numRuns: 300 },
  );
});

test('the page of error rates is what the simulation gives', async () => {
  const path = new URL('../../../docs/canary-test.md', import.meta.url);
  const page = canaryPage();
  if (process.env['UPDATE_GOLDEN'] === '1') await writeFile(path, page);
  assert.equal(await readFile(path, 'utf8'), page, 'docs/canary-test.md differs: node scripts/simulate-canary.ts');
});
