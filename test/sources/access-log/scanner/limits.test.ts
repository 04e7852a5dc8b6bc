import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RENDERERS } from '../../../../bench/access-log/logged-request.ts';
import { createTraffic } from '../../../../bench/access-log/traffic.ts';
import { createRandom } from '../../../../bench/random.ts';
import { createWasmScanner } from '../../../../src/sources/access-log/scanner/wasm-scanner.ts';
import type { LogScanner, StreamOrigin } from '../../../../src/sources/access-log/scanner.ts';
import { countBothWays, origin, sum } from './both-ways.ts';
import { createRecordingTally } from './recording-tally.ts';

const LINE =
  '[2026-08-01T09:14:03.512Z] "GET / HTTP/1.1" 404 NR route_not_found - "-" 0 0 0 - "-" "curl/8.5.0" "-" "HOST" "-" - - 10.0.0.1:80 10.0.0.2:4711 - -\n';

/** A caller's invention: as many keys as lines. */
function invented(count: number, hostOf: (index: number) => string): Buffer {
  return Buffer.from(Array.from({ length: count }, (_, index) => LINE.replace('HOST', hostOf(index))).join(''));
}

function scanAll(scanner: LogScanner, where: StreamOrigin, log: Uint8Array): number {
  scanner.room(log.length).set(log);
  return scanner.scan(where, log.length);
}

test('more keys than the table holds: it begins anew, and no count is lost', () => {
  const names = 70_000;
  // The first come again at the end, when they have been forgotten.
  const told = countBothWays({ log: invented(names + 500, (index) => `host-${index % names}`), framing: 'none' });
  assert.equal(sum(told, ' access '), names + 500);
});

test('keys that fill the memory of the table before their number does', () => {
  const count = 36_000;
  const told = countBothWays({ log: invented(count, (index) => `${'h'.repeat(240)}-${index}`), framing: 'none' });
  assert.equal(sum(told, ' access '), count);
});

test('lines about as long as the room', () => {
  const line = (bytes: number): string => LINE.replace('HOST', 'h').replace('GET /', `GET /${'p'.repeat(bytes)}`);
  for (const bytes of [(1 << 20) - LINE.length, (1 << 20) - LINE.length + 10, 1 << 20, 3_000_000]) {
    const log = Buffer.from(LINE + line(bytes) + LINE);
    for (const framing of ['none', 'cri'] as const) countBothWays({ log, framing, pieceOf: () => 700_000 });
  }
});

test('an empty read counts nothing, whatever the room still holds', () => {
  const tally = createRecordingTally();
  const scanner = createWasmScanner({ format: 'auto', tally });
  assert.equal(scanner.scan(origin('none'), 0), 0);
  assert.equal(scanAll(scanner, origin('none'), Buffer.from(LINE)), LINE.length);
  assert.equal(scanner.scan(origin('none'), 0), 0);
  assert.equal(sum(tally.told(), ' access '), 1);
});

test('one scanner for many streams, in any order, through a change of generation and a growing room', () => {
  const random = createRandom(17);
  const next = createTraffic(23);
  const lines = Array.from({ length: 40 }, () => RENDERERS.text(next()));
  const tally = createRecordingTally();
  const scanner = createWasmScanner({ format: 'auto', tally });
  const expected: Record<string, number> = {};
  for (let round = 0; round < 400; round++) {
    if (random.below(20) === 0) tally.generation += 1;
    const pod = `pod-${random.below(7)}`;
    const some = Array.from({ length: 1 + random.below(9) }, () => random.pick(lines));
    // Larger rooms now and then: what was learned before must hold behind them.
    scanner.room((1 << 20) + random.below(3) * 5_000_000);
    assert.equal(scanAll(scanner, origin('none', pod), Buffer.from(some.join(''))), some.join('').length);
    const key = `${tally.generation} access files payment/${pod} `;
    expected[key] = (expected[key] ?? 0) + some.length;
  }
  const told: Record<string, number> = {};
  for (const [key, count] of Object.entries(tally.told())) {
    const stream = /^\d+ access \S+ \S+ /.exec(key)?.[0];
    if (stream !== undefined) told[stream] = (told[stream] ?? 0) + count;
  }
  assert.deepEqual(told, expected);
});
