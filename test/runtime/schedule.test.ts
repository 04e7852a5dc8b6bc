import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createScheduler } from '../../src/runtime/schedule.ts';
import { inOneOfTen } from '../support/in-one-of-ten.ts';
import { recordLog } from '../support/record-log.ts';

/** Runs a repeat until `runs` runs have begun; gives when each began, in ms after the first. */
async function startsOf(intervals: (run: number) => number, runs: number, workMs = 0): Promise<number[]> {
  const scheduler = createScheduler({ log: recordLog() });
  const stop = new AbortController();
  const at: number[] = [];
  await scheduler.repeat(
    'test',
    () => intervals(at.length),
    async () => {
      at.push(performance.now());
      if (at.length === runs) return stop.abort();
      await sleep(workMs);
    },
    stop.signal,
  );
  scheduler.stop();
  return at.map((time) => time - (at[0] ?? 0));
}

function assertNear(actual: number | undefined, expected: number, toleranceMs = 60): void {
  assert.ok(actual !== undefined && Math.abs(actual - expected) <= toleranceMs, `${actual} is not near ${expected}`);
}

test('a repeat runs at once, then from start to start, also at a duration that no cron field can say', () =>
  inOneOfTen(async () => {
    const [, second, third] = await startsOf(() => 1300, 3, 200);
    assertNear(second, 1300);
    assertNear(third, 2600);
  }));

test('below a second it runs as often as asked, and the pace may change between runs', () =>
  inOneOfTen(async () => {
    const [, second, third, fourth] = await startsOf((run) => (run < 3 ? 100 : 300), 4);
    assertNear(second, 100);
    assertNear(third, 200);
    assertNear(fourth, 500);
  }));

test('a run that takes longer than its interval is never overlapped, and followed at once', () =>
  inOneOfTen(async () => {
    const [, second] = await startsOf(() => 50, 2, 180);
    assertNear(second, 180);
  }));

test('each run is told with its name and how long it took', async () => {
  const runs: [string, number][] = [];
  const begunMs = performance.now();
  const scheduler = createScheduler({ log: recordLog(), onRun: (name, seconds) => runs.push([name, seconds]) });
  const stop = new AbortController();
  const task = async (): Promise<void> => {
    await sleep(50);
    stop.abort();
  };
  await scheduler.repeat('poll', () => 10, task, stop.signal);
  scheduler.stop();
  assert.equal(runs[0]?.[0], 'poll');
  const [, seconds = 0] = runs[0] ?? [];
  assert.ok(seconds >= 0.045 && seconds * 1000 <= performance.now() - begunMs, `${seconds} s`);
});

test('an abort ends a waiting repeat at once and lets a running task finish', async () => {
  const scheduler = createScheduler({ log: recordLog() });
  const waiting = new AbortController();
  const idle = scheduler.repeat(
    'idle',
    () => 3_600_000,
    async () => {},
    waiting.signal,
  );
  setTimeout(() => waiting.abort(), 20);
  // It would else go on for an hour.
  await idle;

  const running = new AbortController();
  let finished = false;
  await scheduler.repeat(
    'running',
    () => 10,
    async (signal) => {
      setTimeout(() => running.abort(), 10);
      await once(signal, 'abort');
      await sleep(30);
      finished = true;
    },
    running.signal,
  );
  assert.equal(finished, true);
  scheduler.stop();
});

test('a repeat whose signal was aborted before never runs', async () => {
  const scheduler = createScheduler({ log: recordLog() });
  await scheduler.repeat(
    'late',
    () => 10,
    () => assert.fail('it ran'),
    AbortSignal.abort(),
  );
  scheduler.stop();
});

test('a task that throws ends its repeat with that error; one that throws because of the stop does not', async () => {
  const scheduler = createScheduler({ log: recordLog() });
  const stop = new AbortController();
  const broken = async (): Promise<void> => {
    throw new Error('broken');
  };
  await assert.rejects(
    scheduler.repeat('broken', () => 10, broken, stop.signal),
    /broken/,
  );
  const stopped = async (signal: AbortSignal): Promise<void> => {
    stop.abort();
    signal.throwIfAborted();
  };
  await scheduler.repeat('stopped', () => 10, stopped, stop.signal);
  scheduler.stop();
});

test('an interval that is no positive number is an error, not a busy loop', async () => {
  const scheduler = createScheduler({ log: recordLog() });
  for (const interval of [0, -1, Number.NaN]) {
    const repeat = scheduler.repeat(
      'bad',
      () => interval,
      async () => {},
      new AbortController().signal,
    );
    await assert.rejects(repeat, /an interval must be above 0 ms/);
  }
  scheduler.stop();
});

test('a wall clock that goes back does not stop the schedule', async (context) => {
  const { Date: RealDate } = globalThis;
  context.after(() => {
    globalThis.Date = RealDate;
  });
  const log = recordLog();
  const scheduler = createScheduler({ log });
  const stop = new AbortController();
  let runs = 0;
  await scheduler.repeat(
    'steady',
    () => 1500,
    async () => {
      runs += 1;
      if (runs === 2) globalThis.Date = backByAnHour(RealDate);
      if (runs === 4) stop.abort();
    },
    stop.signal,
  );
  scheduler.stop();
  assert.ok(log.lines.some((line) => line.message.startsWith('the schedule stood still')));
});

function backByAnHour(RealDate: DateConstructor): DateConstructor {
  return new Proxy(RealDate, {
    construct: (target, args) =>
      args.length === 0 ? new target(target.now() - 3_600_000) : Reflect.construct(target, args),
    get: (target, key) => (key === 'now' ? () => target.now() - 3_600_000 : Reflect.get(target, key)),
  });
}

test('ticks that a blocked loop swallowed are counted and said once', async () => {
  const log = recordLog();
  let missed = 0;
  const scheduler = createScheduler({
    log,
    onMissedTick: () => {
      missed += 1;
    },
  });
  await sleep(20);
  const until = performance.now() + 2500;
  while (performance.now() < until);
  await sleep(50);
  scheduler.stop();
  assert.ok(missed >= 1, `${missed} missed`);
  assert.equal(log.lines.filter((line) => line.message.includes('ticks of the schedule were missed')).length, 1);
});
