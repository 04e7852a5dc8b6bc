import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeadlinePassed, withDeadline } from '../../src/sources/with-deadline.ts';
import { virtualTime } from '../support/virtual-time.ts';

/** What takes so long, by a clock that the test moves. */
function lab() {
  const time = virtualTime();
  const caller = new AbortController();
  const seen: AbortSignal[] = [];
  const run = async (ms: number): Promise<string> =>
    withDeadline({ what: 'the look', afterMs: 100, signal: caller.signal, sleep: time.sleep }, async (signal) => {
      seen.push(signal);
      await time.sleep(ms);
      return 'seen';
    });
  return { time, caller, run, isCut: () => seen.map(({ aborted }) => aborted) };
}

test('what ends in time is given, and its signal does not abort afterwards', async () => {
  const { time, run, isCut } = lab();
  const looked = run(99);
  await time.pass(1_000);
  assert.deepEqual([await looked, isCut()], ['seen', [false]]);
});

test('what takes longer is given up and cut, though it does not heed its signal', async () => {
  const { time, run, isCut } = lab();
  const late = assert.rejects(run(101), (error: unknown) => {
    assert.ok(error instanceof DeadlinePassed);
    const detail = 'the look did not end within 100 ms';
    assert.deepEqual(error.reason, { code: 'timeout', afterMs: 100, detail });
    return true;
  });
  await time.pass(100);
  await late;
  assert.deepEqual(isCut(), [true]);
});

test('who gives up hears its own reason at once; who has given up begins nothing', async () => {
  const { caller, run, isCut } = lab();
  const looked = assert.rejects(run(1_000), /enough/);
  caller.abort(new Error('enough'));
  await looked;
  await assert.rejects(run(1), /enough/);
  assert.deepEqual(isCut(), [true]);
});

test('what fails fails as it does', async () => {
  const never = new AbortController().signal;
  const fail = async () => Promise.reject(new Error('no Envoy'));
  await assert.rejects(withDeadline({ what: 'the look', afterMs: 60_000, signal: never }, fail), /no Envoy/);
});
