import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { supervise, type Task } from '../../src/runtime/supervise.ts';

/** A task that runs until told to stop, and says whether it was. */
function patient(name: string): Task & { stopped: boolean } {
  const task = {
    name,
    stopped: false,
    run: async (signal: AbortSignal) => {
      if (!signal.aborted) await once(signal, 'abort');
      task.stopped = true;
    },
  };
  return task;
}

const never = new AbortController().signal;

test('a wanted stop ends every task and is no failure', async () => {
  const stop = new AbortController();
  const tasks = [patient('one'), patient('two')];
  setTimeout(() => stop.abort(), 5);
  await supervise(tasks, stop.signal, 1000);
  assert.deepEqual(
    tasks.map((task) => task.stopped),
    [true, true],
  );
});

test('a task that throws stops the others and is named', async () => {
  const other = patient('other');
  const broken: Task = { name: 'istiod', run: async () => Promise.reject(new Error('no such host')) };
  await assert.rejects(supervise([other, broken], never, 1000), { message: 'istiod: no such host' });
  assert.equal(other.stopped, true);
});

test('a task that returns early has failed', async () => {
  const early: Task = { name: 'early', run: async () => {} };
  await assert.rejects(supervise([early, patient('other')], never, 1000), {
    message: 'early: it returned before the stop',
  });
});

test('an error that the stop provoked is none', async () => {
  const stop = new AbortController();
  const task: Task = {
    name: 'aborting',
    run: async (signal) => {
      await once(signal, 'abort');
      signal.throwIfAborted();
    },
  };
  setTimeout(() => stop.abort(), 5);
  await supervise([task], stop.signal, 1000);
});

test('a task that does not stop is left behind after the grace period, by name', async () => {
  const deaf: Task = { name: 'deaf', run: () => new Promise(() => {}) };
  const keepAlive = setTimeout(() => {}, 60_000);
  await assert.rejects(supervise([deaf, patient('good')], AbortSignal.abort(), 20), {
    message: 'not stopped within 20 ms: deaf',
  });
  clearTimeout(keepAlive);
});
