import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseScrape } from '../../../src/demo/exporter/scrape.ts';
import type { Watcher } from '../../../src/demo/exporter/watcher.ts';
import { atLeast, equal, none } from '../../../src/demo/scenario/expectation.ts';
import { untilPolled, verify } from '../../../src/demo/scenario/verify.ts';
import { scriptedWatcher } from '../exporter/scripted-watcher.ts';

const STALE = equal(3, { family: 'meshladder_proxies', labels: { state: 'STALE' } });
const SEEN = 'meshladder_proxies{state="STALE"} 3';
const EMPTY = parseScrape('');
const PATIENCE_MS = 60_000;

test('what is there is seen at once', async () => {
  const sighting = await verify({
    watcher: scriptedWatcher([{ polls: 7, text: SEEN }]),
    before: EMPTY,
    expects: [STALE],
    patienceMs: PATIENCE_MS,
  });
  assert.deepEqual({ ...sighting, afterMs: 0 }, { seen: true, polls: 0, afterMs: 0, missed: [], from: 7 });
});

test('it may take two polls, and the one that was under way', async () => {
  const watcher = scriptedWatcher([{ polls: 7 }, { polls: 8 }, { polls: 9 }, { polls: 9, text: SEEN }]);
  const sighting = await verify({ watcher, before: EMPTY, expects: [STALE], patienceMs: PATIENCE_MS });
  assert.deepEqual([sighting.seen, sighting.polls], [true, 2]);
});

test('later is too late, and the report says what was said instead', async () => {
  const watcher = scriptedWatcher([{ polls: 7 }, { polls: 10 }, { polls: 11, text: SEEN }]);
  const sighting = await verify({ watcher, before: EMPTY, expects: [STALE], patienceMs: PATIENCE_MS });
  assert.equal(sighting.seen, false);
  assert.deepEqual(sighting.missed, ['meshladder_proxies{state="STALE"} = 3; it says absent']);
});

test('all that is expected must hold in one and the same scrape', async () => {
  const other = atLeast(1, { family: 'meshladder_istiods' });
  const watcher = scriptedWatcher([{ polls: 1, text: SEEN }, { polls: 3, text: 'meshladder_istiods 2' }, { polls: 9 }]);
  assert.equal(
    (await verify({ watcher, before: EMPTY, expects: [STALE, other], patienceMs: PATIENCE_MS })).seen,
    false,
  );
});

test('counters count from the beginning of the incident', async () => {
  const before = parseScrape('meshladder_requests_total{subset="v2"} 40\n');
  const canary = { family: 'meshladder_requests_total', labels: { subset: 'v2' } } as const;
  const same = scriptedWatcher([{ polls: 1, text: 'meshladder_requests_total{subset="v2"} 40' }, { polls: 9 }]);
  assert.equal((await verify({ watcher: same, before, expects: [none(canary)], patienceMs: PATIENCE_MS })).seen, true);
  const more = scriptedWatcher([{ polls: 1, text: 'meshladder_requests_total{subset="v2"} 41' }]);
  assert.equal(
    (await verify({ watcher: more, before, expects: [atLeast(1, canary)], patienceMs: PATIENCE_MS })).seen,
    true,
  );
});

test('an act lasts two polls', async () => {
  const watcher = scriptedWatcher([{ polls: 7 }, { polls: 8 }, { polls: 9 }, { polls: 10 }]);
  await untilPolled(watcher, { seen: true, polls: 0, afterMs: 0, missed: [], from: 7 }, PATIENCE_MS);
  const next = await watcher.next();
  assert.equal(next.get('meshladder_source_polls_total')?.[0]?.value, 10);
});

test('an exporter that polls no more is given up, and that is said', async () => {
  const stuck = scriptedWatcher([{ polls: 7 }]);
  const sighting = await verify({ watcher: slowly(stuck), before: EMPTY, expects: [STALE], patienceMs: 30 });
  assert.deepEqual(sighting.missed, [
    'meshladder_proxies{state="STALE"} = 3; it says absent',
    'polls of istiod completed in 0 s: 0',
  ]);
  await untilPolled(slowly(stuck), sighting, 30);
});

test('an exporter that the machine keeps waiting is given its sweeps, however long they take', async () => {
  const swept = (count: number): string => `meshladder_source_polls_total{source="access_log"} ${count}`;
  const waits = Array.from({ length: 50 }, () => ({ polls: 20, text: swept(5) }));
  const look = (...then: Parameters<typeof scriptedWatcher>[0]): ReturnType<typeof verify> =>
    verify({
      watcher: slowly(scriptedWatcher([{ polls: 7, text: swept(5) }, ...waits, ...then])),
      before: EMPTY,
      expects: [STALE],
      graceMs: 20,
      patienceMs: PATIENCE_MS,
    });
  const inTime = await look({ polls: 20, text: `${swept(5)}\n${SEEN}` });
  assert.ok(inTime.seen && inTime.afterMs > 40);
  assert.equal((await look({ polls: 20, text: swept(6) }, { polls: 20, text: `${swept(6)}\n${SEEN}` })).seen, false);
});

/** As a real one, it never answers in the same turn. */
function slowly(watcher: Watcher): Watcher {
  return { done: watcher.done, next: () => sleep(1).then(() => watcher.next()) };
}
