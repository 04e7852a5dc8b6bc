import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readFrame } from '../../../src/sources/access-log/cri.ts';
import { parseLogTime } from '../../../src/sources/access-log/log-time.ts';
import { createReferenceScanner } from '../../../src/sources/access-log/reference-scanner.ts';
import { logged, textLine } from '../../support/access-lines.ts';
import { createRecordingTally } from './scanner/recording-tally.ts';

const TIME = '2026-08-01T09:14:04.513387682Z';

test('the frame of a line', () => {
  const table: readonly (readonly [string, ReturnType<typeof readFrame>])[] = [
    [`${TIME} stdout F hello`, { stream: 'stdout', partial: false, message: 'hello' }],
    [`${TIME} stderr P hello`, { stream: 'stderr', partial: true, message: 'hello' }],
    [`${TIME} stdout F  two blanks`, { stream: 'stdout', partial: false, message: ' two blanks' }],
    [`${TIME} stdout F `, { stream: 'stdout', partial: false, message: '' }],
    [`${TIME} stdout F`, { stream: 'stdout', partial: false, message: '' }],
    [`${TIME} stdout P:more:tags hello`, { stream: 'stdout', partial: true, message: 'hello' }],
    ['2026-08-01T11:14:04+02:00 stdout F x', { stream: 'stdout', partial: false, message: 'x' }],
    [
      `${TIME} stdout F ${TIME} stderr P inner`,
      { stream: 'stdout', partial: false, message: `${TIME} stderr P inner` },
    ],
    ['', undefined],
    ['hello', undefined],
    [`${TIME} stdin F hello`, undefined],
    [`${TIME} stdout X hello`, undefined],
    [`${TIME} stdout FF hello`, undefined],
    [`${TIME}  stdout F hello`, undefined],
    [` ${TIME} stdout F hello`, undefined],
    ['2026-13-01T09:14:04Z stdout F hello', undefined],
    ['2026-02-29T09:14:04Z stdout F hello', undefined],
    ['yesterday stdout F hello', undefined],
  ];
  for (const [line, frame] of table) assert.deepEqual(readFrame(line), frame, line);
});

test('times as they are written in logs', () => {
  const table: readonly (readonly [string, number | undefined])[] = [
    ['2026-08-01T09:14:03.512Z', Date.UTC(2026, 7, 1, 9, 14, 3, 512) / 1000],
    ['2026-08-01T09:14:03Z', Date.UTC(2026, 7, 1, 9, 14, 3) / 1000],
    ['2026-08-01T11:14:03+02:00', Date.UTC(2026, 7, 1, 9, 14, 3) / 1000],
    ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29) / 1000],
    ['2026-02-29T00:00:00Z', undefined],
    ['2026-04-31T00:00:00Z', undefined],
    ['2026-08-01T25:00:00Z', undefined],
    ['2026-08-01T09:60:00Z', undefined],
    ['2026-08-01T09:14:03', undefined],
    ['2026-08-01 09:14:03Z', undefined],
    ['2026-08-01T09:14:03.Z', undefined],
    ['2026-08-01T09:14:03.1234567890Z', undefined],
    ['2026-8-1T09:14:03Z', undefined],
    ['+002026-08-01T09:14:03Z', undefined],
    ['2026-08-01T09:14:03Z ', undefined],
    ['', undefined],
  ];
  for (const [text, at] of table) assert.equal(parseLogTime(text), at, text);
});

const ORIGIN = { source: 'files', namespace: 'shop', pod: 'cart-1', workload: 'cart', framing: 'cri' } as const;

/** A line of a stream, whole or in pieces. */
interface Written {
  readonly stream: 'stdout' | 'stderr';
  readonly pieces: readonly string[];
}

/** Scans what two streams wrote, in an order in which each one's pieces stay in order. */
function scan(frames: readonly string[], sizes: () => number = () => 1 << 20): Record<string, number> {
  const tally = createRecordingTally();
  const scanner = createReferenceScanner({ format: 'auto', tally });
  const bytes = Buffer.from(frames.map((frame) => `${frame}\n`).join(''));
  let offset = 0;
  for (let known = 0; known < bytes.length; ) {
    known = Math.min(bytes.length, known + sizes());
    const piece = bytes.subarray(offset, known);
    scanner.room(piece.length + 1).set(piece);
    offset += scanner.scan(ORIGIN, piece.length);
  }
  assert.equal(offset, bytes.length, 'everything is consumed in the end');
  return tally.told();
}

test('lines in pieces, of two streams at once, count as if they had never been cut', () => {
  const line = fc.constantFrom(
    textLine(logged()),
    textLine(logged({ userAgent: `${TIME} stdout F [2026` })),
    textLine(logged({ cluster: 'inbound|8080||', code: '200', flags: '-' })),
    '2026-08-01T09:14:03.5Z\twarn\txdsproxy\tupstream terminated with unexpected error EOF',
    'concurrency: 1',
    '[2026',
    '{',
    '',
  );
  const written = fc
    .tuple(fc.constantFrom('stdout' as const, 'stderr' as const), line, fc.array(fc.nat(300), { maxLength: 3 }))
    .map(([stream, text, cuts]): Written => {
      const places = [...new Set(cuts.map((cut) => Math.min(cut, text.length)))].sort((one, other) => one - other);
      return { stream, pieces: [0, ...places].map((from, index) => text.slice(from, places[index])) };
    });
  fc.assert(
    fc.property(
      fc.array(written, { maxLength: 12 }),
      fc.infiniteStream(fc.boolean()),
      fc.integer({ min: 1, max: 900 }),
      (all, turns, size) => {
        const whole = all.map(({ stream, pieces }) => `${TIME} ${stream} F ${pieces.join('')}`);
        const queues = (['stdout', 'stderr'] as const).map((stream) =>
          all
            .filter((one) => one.stream === stream)
            .flatMap(({ pieces }) =>
              pieces.map((piece, index) => `${TIME} ${stream} ${index === pieces.length - 1 ? 'F' : 'P'} ${piece}`),
            ),
        );
        const mixed: string[] = [];
        while (queues.some((queue) => queue.length > 0)) {
          const [one = [], other = []] = turns.next().value === true ? queues : queues.toReversed();
          mixed.push((one.length > 0 ? one : other).shift() ?? '');
        }
        assert.deepEqual(
          scan(mixed, () => size),
          scan(whole),
        );
      },
    ),
    { numRuns: 300 },
  );
});

test('a line without a frame among framed ones is counted, and disturbs none', () => {
  const line = textLine(logged());
  const told = scan([
    `${TIME} stdout F ${line}`,
    'no frame',
    `${TIME} stdout P ${line.slice(0, 50)}`,
    '',
    `${TIME} stdout F ${line.slice(50)}`,
  ]);
  assert.deepEqual(
    Object.entries(told).map(([key, count]) => [key.split(' ', 2).join(' ').replace(/^0 /, ''), count]),
    [
      ['access', 2],
      ['newest files', Date.UTC(2026, 7, 1, 9, 14, 3, 512) / 1000],
      ['unparsed files', 2],
    ],
  );
});

test('what waits for the end of a partial line is not consumed, nor counted twice when it comes', () => {
  const tally = createRecordingTally();
  const scanner = createReferenceScanner({ format: 'auto', tally });
  const line = textLine(logged());
  const whole = `${TIME} stdout F ${line}\n`;
  const waiting = `${TIME} stdout P ${line.slice(0, 40)}\n${TIME} stderr F concurrency: 1\n`;
  const end = `${TIME} stdout F ${line.slice(40)}\n`;
  const give = (text: string): number => {
    const bytes = Buffer.from(text);
    scanner.room().set(bytes);
    return scanner.scan(ORIGIN, bytes.length);
  };
  assert.equal(give(whole + waiting), whole.length);
  assert.equal(give(waiting), 0);
  assert.equal(give(waiting + end), waiting.length + end.length);
  const told = Object.values(tally.told());
  assert.deepEqual(told.filter((count) => count < 10).toSorted(), [1, 2]);
});
