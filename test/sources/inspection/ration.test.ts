import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createRation } from '../../../src/sources/inspection/ration.ts';

const half = (): number => 0.5;

describe('pauses', () => {
  const failed = { retryAfterMs: 0 };
  /** When the next may start after so many failures in a row. */
  const pauseAfter = (failures: number, retryAfterMs = 0): number => {
    const ration = createRation({ perMinute: Number.POSITIVE_INFINITY, concurrency: 1, random: half });
    let nowMs = 0;
    let pausedMs = 0;
    for (let nth = 0; nth < failures; nth++) {
      ration.start(nowMs);
      ration.end(nowMs, nth === failures - 1 ? { retryAfterMs } : failed);
      pausedMs = 0;
      while (!ration.admits(nowMs + pausedMs)) pausedMs += 500;
      nowMs += pausedMs;
    }
    return pausedMs;
  };
  for (const [failures, pauseMs] of [
    [1, 7_500],
    [2, 15_000],
    [3, 30_000],
    [6, 240_000],
    [7, 450_000],
    [20, 450_000],
  ] as const) {
    test(`after ${failures} failures`, () => assert.equal(pauseAfter(failures), pauseMs));
  }

  test('as long as is asked for', () => assert.equal(pauseAfter(1, 90_000), 90_000));

  test('one success ends them', () => {
    const ration = createRation({ perMinute: 60, concurrency: 2, random: half });
    ration.start(0);
    ration.start(1_000);
    ration.end(1_500, failed);
    assert.equal(ration.admits(5_000), false);
    ration.end(5_000, 'ok');
    assert.equal(ration.admits(5_000), true);
  });

  test('one at a time until one succeeds', () => {
    const ration = createRation({ perMinute: 60, concurrency: 5, random: half });
    ration.start(0);
    ration.end(0, failed);
    ration.start(10_000);
    assert.equal(ration.admits(60_000), false);
    ration.end(60_000, 'ok');
    assert.equal(ration.admits(60_000), true);
  });
});

test('none may start that is not admitted', () => {
  const ration = createRation({ perMinute: 6, concurrency: 1, random: half });
  ration.start(0);
  assert.throws(() => ration.start(0), RangeError);
});

test('whatever happens, no minute sees more than its ration, and no moment more than at the same time', () => {
  const steps = fc.array(
    fc.record({
      afterMs: fc.integer({ min: 0, max: 30_000 }),
      ends: fc.boolean(),
      outcome: fc.constantFrom('ok', 'ok', 'ok', 'slow'),
      retryAfterMs: fc.integer({ min: 0, max: 60_000 }),
    }),
    { maxLength: 200 },
  );
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 120 }),
      fc.integer({ min: 1, max: 4 }),
      steps,
      (perMinute, concurrency, all) => {
        const ration = createRation({ perMinute, concurrency, random: Math.random });
        const starts: number[] = [];
        let [nowMs, running, quietUntilMs] = [0, 0, 0];
        for (const { afterMs, ends, outcome, retryAfterMs } of all) {
          nowMs += afterMs;
          if (ends && running > 0) {
            ration.end(nowMs, outcome === 'ok' ? 'ok' : { retryAfterMs });
            running -= 1;
            quietUntilMs = outcome === 'ok' ? 0 : Math.max(quietUntilMs, nowMs + retryAfterMs);
          }
          if (!ration.admits(nowMs)) continue;
          assert.ok(nowMs >= quietUntilMs);
          ration.start(nowMs);
          running += 1;
          starts.push(nowMs);
          assert.ok(running <= concurrency);
          assert.ok(starts.filter((at) => at > nowMs - 60_000).length <= perMinute);
        }
      },
    ),
  );
});
