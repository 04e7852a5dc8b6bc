import assert from 'node:assert/strict';
import { test } from 'node:test';
import { epochSeconds } from '../../../src/model/brand.ts';
import { emptySnapshot } from '../../../src/model/snapshot.ts';
import { eachInSteps } from '../../../src/model/steps.ts';
import { defineRung, defineRungInSteps, type Families } from '../../../src/rungs/rung.ts';
import { evaluateRung } from '../../../src/sinks/metrics/evaluate-rung.ts';

const FAMILIES = {
  it: { name: 'meshladder_it', help: 'It.', type: 'gauge', stability: 'stable', labels: [] },
} as const satisfies Families;
const ABOUT = { id: 'it', number: 1, question: 'Is it?', reads: [], families: FAMILIES } as const;
const SNAPSHOT = emptySnapshot(epochSeconds(1_700_000_000));
const SAMPLES = { it: [{ labels: {}, value: 1 }] };

/** A rung of five steps. @param fails in the last of them */
function inSteps(fails: boolean) {
  return defineRungInSteps({
    ...ABOUT,
    *evaluateInSteps() {
      yield* eachInSteps([1, 2, 3, 4], () => {}, 1);
      if (fails) throw new Error('no');
      return SAMPLES;
    },
  });
}

test('others have their turn between the steps of a rung, and none where it has no steps', async () => {
  let turns = 0;
  const giveWay = async (): Promise<void> => {
    turns += 1;
  };
  assert.deepEqual((await evaluateRung(inSteps(false), SNAPSHOT, giveWay)).samples, SAMPLES);
  assert.equal(turns, 4);
  const atOnce = defineRung({ ...ABOUT, evaluate: () => SAMPLES });
  assert.deepEqual((await evaluateRung(atOnce, SNAPSHOT, giveWay)).samples, SAMPLES);
  assert.equal(turns, 4);
});

test('a rung in steps says the same when it is evaluated at once', () => {
  assert.deepEqual(inSteps(false).evaluate(SNAPSHOT), SAMPLES);
});

test('what others do meanwhile is no time of the rung', async () => {
  const waited = 50;
  const giveWay = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, waited));
  const startedAt = performance.now();
  const { seconds } = await evaluateRung(inSteps(false), SNAPSHOT, giveWay);
  assert.ok(seconds * 1000 <= performance.now() - startedAt - 3 * waited, `${seconds} s`);
});

test('a rung that fails in the middle tells nothing but why', async () => {
  const { samples, error } = await evaluateRung(inSteps(true), SNAPSHOT, async () => {});
  assert.deepEqual(samples, {});
  assert.equal((error as Error).message, 'no');
});
