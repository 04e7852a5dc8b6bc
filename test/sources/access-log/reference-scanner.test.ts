import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openScanner } from '../../../src/sources/access-log/open-scanner.ts';
import { createReferenceScanner } from '../../../src/sources/access-log/reference-scanner.ts';
import type { LogScanner } from '../../../src/sources/access-log/scanner.ts';
import { jsonLine, logged, textLine } from '../../support/access-lines.ts';
import { createRecordingTally, type RecordingTally } from './scanner/recording-tally.ts';

const ORIGIN = { source: 'files', namespace: 'shop', pod: 'cart-1', workload: 'cart', framing: 'none' } as const;
const MEGABYTE = 1 << 20;

function opened(): { tally: RecordingTally; scanner: LogScanner; give: (text: string) => number } {
  const tally = createRecordingTally();
  const scanner = createReferenceScanner({ format: 'auto', tally });
  const give = (text: string): number => {
    const bytes = Buffer.from(text);
    const room = scanner.room();
    room.set(bytes);
    return scanner.scan(ORIGIN, bytes.length);
  };
  return { tally, scanner, give };
}

/** What was counted, by kind. */
function kinds(tally: RecordingTally): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const [key, count] of Object.entries(tally.told())) {
    const kind = key
      .replace(/^\d+ /, '')
      .replace(/ (?:files|access).*$/, '')
      .split(' ', 2)
      .join(' ');
    counts[kind] = (counts[kind] ?? 0) + count;
  }
  return counts;
}

test('the room is a megabyte, or as much as is asked for', () => {
  const { scanner } = opened();
  assert.equal(scanner.room().length, MEGABYTE);
  assert.equal(scanner.room(1).length, MEGABYTE);
  assert.equal(scanner.room(2 * MEGABYTE).length, 2 * MEGABYTE);
  assert.equal(scanner.room().length, MEGABYTE);
});

test('only whole lines are consumed', () => {
  const { give, tally } = opened();
  const line = textLine(logged());
  assert.equal(give(line), 0);
  assert.equal(give(`${line}\n${line}`), line.length + 1);
  assert.equal(give(`${line}\r\n`), line.length + 2);
  assert.equal(give(''), 0);
  const counts = kinds(tally);
  assert.equal(Object.entries(counts).find(([kind]) => kind.startsWith('access'))?.[1], 2);
});

test('a full room without a whole line is one dropped line', () => {
  const { give, tally } = opened();
  const long = 'x'.repeat(MEGABYTE);
  assert.equal(give(long), MEGABYTE);
  assert.deepEqual(tally.told(), { 'dropped files shop/cart-1': 1 });
  assert.equal(give(`${'x'.repeat(MEGABYTE - 1)}\n`), MEGABYTE, 'one that just fits is none');
  assert.deepEqual(tally.told(), { 'dropped files shop/cart-1': 1, 'other files shop/cart-1': 1 });
});

test('the newest line is the newest access line, not one of the proxy itself', () => {
  const { give, tally } = opened();
  const at = Date.UTC(2026, 7, 1, 9, 14, 3, 512) / 1000;
  give(`${textLine(logged())}\n`);
  give('2027-01-01T00:00:00.000000Z\tinfo\tsds\thello\n');
  give(`${textLine(logged({ start: '2026-07-01T00:00:00Z' }))}\n`);
  give('[2027-01-01T00:00:00Z] "cut off\n');
  assert.equal(tally.told()['newest files'], at);
  give(`${jsonLine(logged({ start: '2026-08-01T09:14:04.512Z' }))}\n`);
  assert.equal(tally.told()['newest files'], at + 1);
});

test('bytes that are no UTF-8 stop nothing', () => {
  const { scanner, tally } = opened();
  const bytes = Buffer.from(`${textLine(logged({ userAgent: 'XX' }))}\n`);
  bytes.fill(0xff, bytes.indexOf('XX'), bytes.indexOf('XX') + 2);
  scanner.room().set(bytes);
  assert.equal(scanner.scan(ORIGIN, bytes.length), bytes.length);
  assert.equal(Object.keys(kinds(tally)).filter((kind) => kind.startsWith('access')).length, 1);
});

test('a custom format is counted by the reference, each default format by whichever is opened', async () => {
  const line = `${textLine(logged())}\n`;
  for (const format of ['auto', 'text', (): undefined => undefined] as const) {
    const tally = createRecordingTally();
    const scanner = await openScanner({ format, tally });
    scanner.room().set(Buffer.from(line));
    assert.equal(scanner.scan(ORIGIN, line.length), line.length);
    const isCounted = Object.keys(tally.told()).some((key) => key.includes(' access '));
    assert.equal(isCounted, typeof format === 'string');
  }
});
