import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createStampedLines, LOG_START, type StampPosition } from '../../../src/sources/access-log/stamped-lines.ts';

interface Line {
  readonly nanos: number;
  readonly text: string;
}

const BEGIN_MS = Date.parse('2026-08-01T09:14:04Z');

function stampOf(nanos: number): string {
  const second = new Date(BEGIN_MS + Math.floor(nanos / 1e9) * 1000).toISOString().slice(0, 19);
  return `${second}.${String(nanos % 1e9).padStart(9, '0')}Z`;
}

/** What the API answers: whole seconds, in the order of the file. */
function answer(lines: readonly Line[], { stamp }: StampPosition): Buffer {
  const sinceMs = Math.floor(Date.parse(stamp) / 1000) * 1000;
  const shown = lines.filter(({ nanos }) => BEGIN_MS + Math.floor(nanos / 1e9) * 1000 >= sinceMs);
  return Buffer.from(shown.map(({ nanos, text }) => `${stampOf(nanos)} ${text}\n`).join(''));
}

test('over streams that break anywhere, every line is given out once and in order', () => {
  // Mostly forwards, often not at all, and now and then a little back: two streams of one container.
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(0, 1, 700, 90_000_000, 400_000_000) },
    { weight: 1, arbitrary: fc.constantFrom(-1, -600) },
  );
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 1, maxLength: 40 }),
      fc.array(
        fc.record({ part: fc.double({ min: 0, max: 1, noNaN: true }), chunk: fc.integer({ min: 1, max: 200 }) }),
      ),
      (steps, breaks) => {
        let nanos = 500_000_000;
        const log = steps.map((by, nth): Line => {
          nanos += by;
          return { nanos, text: `line ${nth}` };
        });
        let position = LOG_START;
        const given: string[] = [];
        for (const { part, chunk } of [...breaks, { part: 1, chunk: 64 }]) {
          const bytes = answer(log, position);
          const lines = createStampedLines(position);
          const end = Math.ceil(bytes.length * part);
          for (let at = 0; at < end; at += chunk)
            given.push(lines.push(bytes.subarray(at, Math.min(end, at + chunk))).toString());
          position = lines.position();
          assert.equal(lines.hasGap(), false);
        }
        assert.equal(given.join(''), log.map(({ text }) => `${text}\n`).join(''));
      },
    ),
    { numRuns: 500 },
  );
});

test('lines that should be repeated and are not tell of a rotation; what there is counts', () => {
  const lines = createStampedLines({ stamp: stampOf(5), seen: 2 });
  assert.equal(lines.push(Buffer.from(`${stampOf(9)} new\n`)).toString(), 'new\n');
  assert.deepEqual([lines.hasGap(), lines.position()], [true, { stamp: stampOf(9), seen: 1 }]);
});

test('a moment to begin at leaves out what is older, and repeats nothing', () => {
  const lines = createStampedLines({ stamp: stampOf(5), seen: 0 });
  const given = lines.push(Buffer.from(`${stampOf(4)} old\n${stampOf(5)} first\n${stampOf(6)} second\n`));
  assert.equal(given.toString(), 'first\nsecond\n');
  assert.equal(lines.hasGap(), false);
});

test('words of the kubelet without a time are passed on, and move nothing', () => {
  const lines = createStampedLines(LOG_START);
  const words = 'unable to retrieve container logs for containerd://5f0c\n2026-13-45T99:99:99Z no such day\n';
  assert.equal(lines.push(Buffer.from(words)).toString(), words);
  assert.deepEqual(lines.position(), LOG_START);
});

test('a line too long to keep cannot pretend to be others: a time inside it is none', () => {
  const forged = `${stampOf(999_999_999_999)} forged`;
  for (const [position, expected] of [
    [LOG_START, 'the next\n'],
    [{ stamp: stampOf(1), seen: 1 }, 'the next\n'],
  ] as const) {
    const lines = createStampedLines(position);
    const given = [`${stampOf(1)} `, 'x'.repeat(1 << 20), forged, `\n${stampOf(2)} the next\n`]
      .map((chunk) => lines.push(Buffer.from(chunk)).toString())
      .join('');
    assert.ok(given.endsWith(expected), given.slice(-80));
    assert.equal(given.split('\n').length, position === LOG_START ? 3 : 2);
    assert.deepEqual(lines.position(), { stamp: stampOf(2), seen: 1 });
  }
});
