import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { eachInSteps, runSteps } from '../../src/model/steps.ts';

describe('steps', () => {
  it('takes every item once, in order, with a pause after so many', () => {
    const taken: number[] = [];
    const items = Array.from({ length: 1001 }, (_, index) => index);
    let pauses = 0;
    for (const _ of eachInSteps(items, (item) => taken.push(item))) {
      pauses += 1;
      assert.equal(taken.length, pauses * 250);
    }
    assert.deepEqual(taken, items);
    assert.equal(pauses, 4);
  });

  it('takes nothing before it is asked to go on', () => {
    const taken: number[] = [];
    const steps = eachInSteps([1, 2], (item) => taken.push(item));
    assert.deepEqual(taken, []);
    runSteps(steps);
    assert.deepEqual(taken, [1, 2]);
  });

  it('gives the result of the last step', () => {
    function* work() {
      yield;
      yield;
      return 'done';
    }
    assert.equal(runSteps(work()), 'done');
  });
});
