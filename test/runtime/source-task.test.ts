import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import type { Observed } from '../../src/model/observed.ts';
import type { SourceError } from '../../src/model/source-error.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { createSourceTask } from '../../src/runtime/source-task.ts';
import type { SourceContext } from '../../src/sources/source.ts';
import { recordLog } from '../support/record-log.ts';

const REFUSED: SourceError = { code: 'refused', detail: 'nobody listens' };

/** Lets a test play the source. */
async function play(act: (context: SourceContext<string>, values: Observed<string>[]) => void) {
  const log = recordLog();
  const values: Observed<string>[] = [];
  const stop = new AbortController();
  const task = createSourceTask<string>({
    source: {
      name: 'istiod',
      rbac: [],
      run: async (context, signal) => {
        act(context, values);
        if (!signal.aborted) await once(signal, 'abort');
      },
    },
    onValue: (value) => values.push(value),
    onHealth: () => {},
    clock: systemClock,
    log,
  });
  const spokenBefore = task.spoken();
  const ended = task.run(stop.signal);
  stop.abort();
  await ended;
  return { task, log, values, spokenBefore };
}

test('a value is fresh; a poll that fails without one makes it stale, and the next value fresh again', async () => {
  const { values, task, spokenBefore } = await play(({ publish, report }) => {
    publish('one');
    report({ ok: true, errors: [] });
    report({ ok: false, errors: [REFUSED] });
    publish('two');
  });
  assert.deepEqual(
    values.map(({ state }) => state),
    ['fresh', 'stale', 'fresh'],
  );
  assert.deepEqual([spokenBefore, task.spoken()], [false, true]);
  assert.equal(task.health().polls, 2);
});

test('a poll that gives a value and reports failure has told it in the value', async () => {
  const { values, task } = await play(({ publish, report }) => {
    publish('every istiod refused');
    report({ ok: false, errors: [REFUSED] });
  });
  assert.deepEqual(
    values.map(({ state }) => state),
    ['fresh'],
  );
  assert.equal(task.health().up, false);
});

test('a source that never gave a value has spoken once a poll ended', async () => {
  const { values, task } = await play(({ report }) => report({ ok: false, errors: [REFUSED] }));
  assert.deepEqual(values, [{ state: 'failed', error: REFUSED }]);
  assert.equal(task.spoken(), true);
});

test('going down and coming back are said once each, with the reason', async () => {
  const { log } = await play(({ report }) => {
    for (const ok of [false, false, true, true, false]) report({ ok, errors: ok ? [] : [REFUSED] });
  });
  const said = log.lines
    .filter(({ level }) => level !== 'debug')
    .map(({ message, fields }) => `${fields['source']}: ${message}`);
  assert.deepEqual(said, [
    'istiod: the source is down',
    'istiod: the source is up again',
    'istiod: the source is down',
  ]);
});
