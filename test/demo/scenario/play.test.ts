import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createScenarioClock } from '../../../src/demo/scenario/clock.ts';
import type { Deed } from '../../../src/demo/scenario/deed.ts';
import { equal } from '../../../src/demo/scenario/expectation.ts';
import { playScenario } from '../../../src/demo/scenario/play.ts';
import type { Scenario } from '../../../src/demo/scenario/scenario.ts';
import { scriptedWatcher } from '../exporter/scripted-watcher.ts';

const DONE: Deed = { do: 'push', types: ['cds'] };
const GOOD = equal(1, { family: 'meshladder_istiods' });
const BAD = equal(2, { family: 'meshladder_istiods' });

/** Two acts; the second has a deed before its beat and one after it. */
const SCENARIO: Scenario = {
  name: 'small',
  about: 'a test',
  acts: [
    { name: 'first', beats: [{ at: 0, says: 'a', seen: 'a', deeds: [], expects: [GOOD] }] },
    {
      name: 'second',
      beats: [
        {
          at: 2,
          says: 'b',
          seen: 'b',
          deeds: [
            { ...DONE, at: 1 },
            { ...DONE, at: 4 },
          ],
          expects: [BAD],
        },
      ],
    },
  ],
  endsAt: 5,
};

/** One poll more at each scrape. */
function pollingWatcher() {
  return scriptedWatcher([...Array(500).keys()].map((polls) => ({ polls, text: 'meshladder_istiods 1' })));
}

test('deeds and beats come in their order and not before their time, and what was not seen is returned', async () => {
  const told: string[] = [];
  const doneMs: number[] = [];
  const startedMs = performance.now();
  const unseen = await playScenario({
    scenario: SCENARIO,
    clock: createScenarioClock(10),
    perform: () => {
      told.push('deed');
      doneMs.push(performance.now() - startedMs);
    },
    watcher: pollingWatcher(),
    tell: ({ says }, { seen }) => told.push(`${says} ${seen}`),
    patienceMs: 60_000,
    signal: new AbortController().signal,
  });
  assert.deepEqual(
    unseen.map(({ beat, missed }) => [beat.says, ...missed]),
    [['b', 'meshladder_istiods = 2; it says 1']],
  );
  assert.deepEqual(told, ['a true', 'deed', 'b false', 'deed']);
  const [first = 0, second = 0] = doneMs;
  assert.ok(first >= 95 && second - first >= 295, doneMs.join(', '));
});

test('an act that takes longer moves all that follows', async () => {
  const clock = createScenarioClock(10);
  clock.restartAt(0);
  const { signal } = new AbortController();
  await clock.until(1, signal);
  clock.restartAt(0.5);
  const startedMs = performance.now();
  await clock.until(1.5, signal);
  assert.ok(performance.now() - startedMs >= 95);
  await clock.until(0, signal);
});

test('a play can be broken off', async () => {
  const abort = new AbortController();
  const played = playScenario({
    scenario: SCENARIO,
    clock: createScenarioClock(0.01),
    perform: () => undefined,
    watcher: pollingWatcher(),
    tell: () => abort.abort(),
    patienceMs: 60_000,
    signal: abort.signal,
  });
  await assert.rejects(played, { name: 'AbortError' });
});
