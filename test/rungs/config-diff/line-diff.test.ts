import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { diffLines, type Edit } from '../../../src/rungs/config-diff/line-diff.ts';

const lines = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 30 });

function firstOf(edits: readonly Edit[]): readonly string[] {
  return edits.filter(({ kind }) => kind !== 'add').map(({ line }) => line);
}

function secondOf(edits: readonly Edit[]): readonly string[] {
  return edits.filter(({ kind }) => kind !== 'remove').map(({ line }) => line);
}

/** The length of the longest common subsequence, by the textbook. */
function commonLength(first: readonly string[], second: readonly string[]): number {
  let row = new Array<number>(second.length + 1).fill(0);
  for (const one of first) {
    const next = [0];
    for (const [at, other] of second.entries()) {
      next.push(one === other ? (row[at] ?? 0) + 1 : Math.max(row[at + 1] ?? 0, next[at] ?? 0));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

describe('the way from one text to another', () => {
  test('leads from the one to the other', () => {
    fc.assert(
      fc.property(lines, lines, (first, second) => {
        const edits = diffLines(first, second);
        assert.deepEqual(firstOf(edits), first);
        assert.deepEqual(secondOf(edits), second);
      }),
    );
  });

  test('is the shortest one', () => {
    fc.assert(
      fc.property(lines, lines, (first, second) => {
        const kept = diffLines(first, second).filter(({ kind }) => kind === 'keep').length;
        assert.equal(kept, commonLength(first, second));
      }),
    );
  });

  test('is still right, and soon found, where texts have nothing in common', () => {
    const first = Array.from({ length: 20_000 }, (_, nth) => `a${nth}`);
    const second = ['start', ...Array.from({ length: 20_000 }, (_, nth) => `b${nth}`)];
    const edits = diffLines(['same', ...first], ['same', ...second]);
    assert.deepEqual(firstOf(edits), ['same', ...first]);
    assert.deepEqual(secondOf(edits), ['same', ...second]);
    assert.deepEqual(edits[0], { kind: 'keep', line: 'same' });
  });
});
