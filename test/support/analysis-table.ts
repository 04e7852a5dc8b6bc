import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { saidOf } from './analysis-cases.ts';

/** What is written down, and what is said of it. */
export type AnalysisCase = readonly [what: string, objects: readonly string[], said: readonly string[]];

/** Tries each case for these codes alone. */
export function analysisTable(title: string, codes: readonly string[], cases: readonly AnalysisCase[]): void {
  describe(title, () => {
    for (const [what, objects, said] of cases) {
      test(what, () => assert.deepEqual(saidOf(codes, objects), said));
    }
  });
}
