import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { FamilySpec, Sample } from '../../../src/rungs/rung.ts';
import { createSeriesCap } from '../../../src/sinks/metrics/series-cap.ts';

const COUNTER: FamilySpec = {
  name: 'meshladder_test_total',
  help: 'A test.',
  type: 'counter',
  stability: 'experimental',
  labels: ['workload', 'flag'],
};

function sample(workload: string, value: number, flag = 'UH'): Sample {
  return { labels: { workload, flag }, value };
}

/** `workload/flag value`, sorted. */
function shown(samples: readonly Sample[]): string[] {
  return samples.map(({ labels, value }) => `${labels['workload']}/${labels['flag']} ${value}`).toSorted();
}

test('under the cap everything passes as it is', () => {
  const samples = [sample('a', 1), sample('b', 2)];
  assert.equal(createSeriesCap(COUNTER, 4, () => assert.fail()).apply(samples), samples);
});

test('what is beyond is summed by the labels that have few values, and counted once', () => {
  const folded: number[] = [];
  const cap = createSeriesCap(COUNTER, 1, (count) => folded.push(count));
  const samples = [sample('a', 1), sample('b', 2), sample('c', 3), sample('d', 4, 'NR')];
  assert.deepEqual(shown(cap.apply(samples)), ['__other__/NR 4', '__other__/UH 5', 'a/UH 1']);
  cap.apply(samples);
  cap.apply([...samples, sample('e', 1)]);
  assert.deepEqual(folded, [3, 1]);
});

test('gauges fold by their own rule: largest, smallest or sum', () => {
  const samples = [sample('a', 1), sample('b', 7), sample('c', 3)];
  for (const [fold, expected] of [
    ['max', 7],
    ['min', 3],
    ['sum', 10],
    [undefined, 10],
  ] as const) {
    const family: FamilySpec = { ...COUNTER, type: 'gauge', ...(fold === undefined ? {} : { fold }) };
    assert.deepEqual(shown(createSeriesCap(family, 1, () => {}).apply(samples)), [
      `__other__/UH ${expected}`,
      'a/UH 1',
    ]);
  }
});

test('a sample that stands for folded ones already is joined with ours', () => {
  const cap = createSeriesCap(COUNTER, 1, () => {});
  assert.deepEqual(shown(cap.apply([sample('a', 1), sample('b', 2), sample('__other__', 5)])), [
    '__other__/UH 7',
    'a/UH 1',
  ]);
});

test('who was admitted stays, also when others come before it', () => {
  const cap = createSeriesCap(COUNTER, 2, () => {});
  cap.apply([sample('m', 1), sample('n', 1)]);
  const second = cap.apply([sample('a', 1), sample('m', 2), sample('n', 2)]);
  assert.deepEqual(shown(second), ['__other__/UH 1', 'm/UH 2', 'n/UH 2']);
});

test('a place left by a series that is gone goes to a new one, never to a folded one', () => {
  const cap = createSeriesCap(COUNTER, 1, () => {});
  cap.apply([sample('a', 9), sample('b', 5)]);
  const after = cap.apply([sample('b', 6), sample('c', 1)]);
  assert.deepEqual(shown(after), ['__other__/UH 6', 'c/UH 1']);
});

test('what was folded and then vanished stays in the sum', () => {
  const cap = createSeriesCap(COUNTER, 1, () => {});
  cap.apply([sample('a', 1), sample('b', 5)]);
  assert.deepEqual(shown(cap.apply([sample('a', 1)])), ['__other__/UH 5', 'a/UH 1']);
  assert.deepEqual(shown(cap.apply([sample('a', 1), sample('c', 2)])), ['__other__/UH 7', 'a/UH 1']);
});

test('no counter ever runs backwards while what it counts only grows, and nothing is lost', () => {
  const workload = fc.constantFrom(...'abcdefghij');
  const step = fc.array(fc.tuple(workload, fc.nat(5)), { maxLength: 10 });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), fc.integer({ min: 1, max: 5 }), (steps, max) => {
      const cap = createSeriesCap(COUNTER, max, () => {});
      const truth = new Map<string, number>();
      let before = new Map<string, number>();
      for (const bumps of steps) {
        for (const [name, by] of bumps) truth.set(name, (truth.get(name) ?? 0) + by);
        const out = cap.apply([...truth].map(([name, value]) => sample(name, value)));
        const now = new Map(out.map((one) => [one.labels['workload'] ?? '', one.value]));
        assert.ok(now.size <= max + 1, 'over the cap');
        for (const [name, value] of before) assert.ok((now.get(name) ?? -1) >= value, `${name} ran backwards`);
        assert.equal(sum(now.values()), sum(truth.values()));
        before = now;
      }
    }),
  );
});

function sum(values: Iterable<number>): number {
  return [...values].reduce((total, value) => total + value, 0);
}
