import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AnalysisFinding } from '../../src/model/analysis.ts';
import { epochSeconds } from '../../src/model/brand.ts';
import { advanceFindings, findingKey, NO_FINDINGS_SINCE } from '../../src/model/findings-since.ts';

function finding(code: string, name: string, text = 'x'): AnalysisFinding {
  return { code, level: 'Error', object: { kind: 'Gateway', namespace: 'shop', name }, text };
}

const [ONE, TWO] = [finding('IST0101', 'a'), finding('IST0101', 'b')];
const at = epochSeconds;

test('a finding keeps the time at which it came', () => {
  const first = advanceFindings(NO_FINDINGS_SINCE, [ONE], at(10));
  const second = advanceFindings(first, [ONE, TWO], at(20));
  assert.deepEqual(
    [...second],
    [
      [findingKey(ONE), 10],
      [findingKey(TWO), 20],
    ],
  );
});

test('one that goes and comes back begins anew', () => {
  const first = advanceFindings(NO_FINDINGS_SINCE, [ONE], at(10));
  const gone = advanceFindings(first, [], at(20));
  assert.equal(gone.size, 0);
  assert.deepEqual([...advanceFindings(gone, [ONE], at(30)).values()], [30]);
});

test('other words are the same finding', () => {
  const first = advanceFindings(NO_FINDINGS_SINCE, [ONE], at(10));
  assert.equal(advanceFindings(first, [finding('IST0101', 'a', 'other')], at(20)), first);
});

test('a code said twice of an object counts once', () => {
  const first = advanceFindings(NO_FINDINGS_SINCE, [ONE, finding('IST0101', 'a', 'again')], at(10));
  assert.equal(first.size, 1);
  assert.equal(advanceFindings(first, [ONE], at(20)), first);
});

test('the memory given is left as it was', () => {
  const first = advanceFindings(NO_FINDINGS_SINCE, [ONE], at(10));
  advanceFindings(first, [TWO], at(20));
  assert.deepEqual([...first.keys()], [findingKey(ONE)]);
  assert.equal(NO_FINDINGS_SINCE.size, 0);
});
