import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { FORMATS, type LogFormat, RENDERERS } from '../../../../bench/access-log/logged-request.ts';
import { createTraffic } from '../../../../bench/access-log/traffic.ts';
import { createRandom, type Random } from '../../../../bench/random.ts';
import { countBothWays, sum } from './both-ways.ts';
import { DAMAGES } from './damage.ts';

/** The fast scanner counts what the reference scanner counts, to the letter, whatever it is given. */
const FIXTURES = fileURLToPath(new URL('../../../fixtures/', import.meta.url));

const recordings = readdirSync(FIXTURES, { recursive: true, encoding: 'utf8' })
  .filter((path) => /^(accesslog|incident)\/.*\.log(\.gz)?$/.test(path))
  .sort();

test('on every recorded log', async (t) => {
  assert.ok(recordings.length > 20);
  for (const path of recordings) {
    await t.test(path, () => {
      const stored = readFileSync(join(FIXTURES, path));
      const log = path.endsWith('.gz') ? gunzipSync(stored) : stored;
      for (const format of ['auto', 'text', 'json'] as const) {
        countBothWays({ log, format, framing: path.endsWith('.cri.log') ? 'cri' : 'none' });
      }
    });
  }
});

test('on recorded logs in the frames of another runtime, or read without their frames', () => {
  const framed = readFileSync(join(FIXTURES, 'accesslog/container/ratings-v1-5ffdd8466b-r6d2s.istio-proxy.cri.log'));
  countBothWays({ log: framed, framing: 'none' });
  const bare = readFileSync(join(FIXTURES, 'accesslog/one-each.text.log'));
  countBothWays({ log: bare, framing: 'cri' });
});

/** Lines of one format, every fifth damaged: bytes, some of which are no UTF-8. */
function damagedLog(format: LogFormat, lines: number, random: Random): Buffer {
  const next = createTraffic(random.below(1 << 30));
  const damages = DAMAGES[format];
  const log = Array.from({ length: lines }, () => {
    const line = RENDERERS[format](next());
    return random.below(5) === 0 ? `${random.pick(damages)(line.slice(0, -1), random)}\n` : line;
  });
  const bytes = Buffer.from(log.join(''));
  // Bytes that are no UTF-8, here and there; a line break now and then is hit too.
  for (let hit = 0; hit < lines / 50; hit++) bytes[random.below(bytes.length)] = 128 + random.below(128);
  return bytes;
}

for (const format of FORMATS) {
  test(`on 20,000 generated lines of ${format}, a fifth of them damaged`, () => {
    const random = createRandom(7);
    const log = damagedLog(format, 20_000, random);
    const told = countBothWays({
      log,
      framing: format === 'cri' ? 'cri' : 'none',
      pieceOf: () => 1 + random.below(200_000),
    });
    assert.ok(sum(told, 'access ') > 16_000, 'most lines are whole');
    assert.ok(sum(told, 'access ') < 20_000, 'some are not');
  });

  test(`with pieces of ${format} that end anywhere`, () => {
    const random = createRandom(11);
    const log = damagedLog(format, 300, random);
    countBothWays({ log, framing: format === 'cri' ? 'cri' : 'none', pieceOf: () => 1 + random.below(97) });
  });
}

test('on JSON in the frames of a runtime, some of them split or damaged', () => {
  const random = createRandom(19);
  const framed = damagedLog('json', 5000, random)
    .toString('latin1')
    .split('\n')
    .map((line) => {
      const frame = `2026-08-01T09:14:03.512387682Z ${random.pick(['stdout', 'stdout', 'stdout', 'stderr'])} `;
      const at = random.below(line.length + 1);
      if (random.below(40) === 0) return `${frame}P ${line.slice(0, at)}\n${frame}F ${line.slice(at)}`;
      return random.below(40) === 0 ? line : `${frame}F ${line}`;
    });
  const told = countBothWays({
    log: Buffer.from(`${framed.join('\n')}\n`, 'latin1'),
    framing: 'cri',
    pieceOf: () => 1 + random.below(50_000),
  });
  assert.ok(sum(told, 'access ') > 3500, 'most lines are whole');
});

test('on generated lines of both formats in turn, by formats asked for', () => {
  const random = createRandom(13);
  const both = Buffer.concat([
    damagedLog('text', 500, random),
    damagedLog('json', 500, random),
    damagedLog('text', 500, random),
  ]);
  for (const format of ['auto', 'text', 'json'] as const) countBothWays({ log: both, framing: 'none', format });
});

test('on the 29th of February of years that are leap years, of such that are not, and of the first ones', () => {
  const line = RENDERERS.text(createTraffic(3)());
  const years = ['0000', '0004', '0096', '0100', '1900', '2000', '2023', '2024', '2100', '9996'];
  const log = years.map((year) => `${line}${line.replace('2026-08-01', `${year}-02-29`)}`);
  countBothWays({ log: Buffer.from(log.join('')), framing: 'none' });
});

test('on whatever bytes fast-check thinks of between whole lines', () => {
  const lineOf = (format: LogFormat) =>
    fc.integer({ min: 1, max: 1000 }).map((seed) => RENDERERS[format](createTraffic(seed)()));
  const words = fc.constantFrom(
    '"',
    '" "',
    ' ',
    '-',
    '[',
    '{',
    '}',
    '\\',
    '\n',
    '\r',
    '0',
    'UF,URX',
    'outbound|80||',
    ';',
  );
  const piece = fc.oneof(lineOf('text'), lineOf('cri'), lineOf('json'), words, fc.string({ unit: 'binary' }));
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 12 }),
      fc.constantFrom('cri' as const, 'none' as const),
      fc.integer({ min: 1, max: 2000 }),
      (pieces, framing, size) => {
        countBothWays({ log: Buffer.from(pieces.join('')), framing, pieceOf: () => size });
      },
    ),
    { numRuns: 200 },
  );
});

test('on one line of which fast-check changes one byte to any other', () => {
  const seeds = fc.record({
    format: fc.constantFrom(...FORMATS),
    seed: fc.integer({ min: 1, max: 1000 }),
    at: fc.nat(),
    byte: fc.nat(255),
  });
  fc.assert(
    fc.property(fc.array(seeds, { minLength: 20, maxLength: 20 }), (lines) => {
      for (const format of FORMATS) {
        const log = lines
          .filter((line) => line.format === format)
          .flatMap(({ seed, at, byte }) => {
            const line = RENDERERS[format](createTraffic(seed)());
            const bytes = Buffer.from(line);
            bytes[at % bytes.length] = byte;
            // First the line as it was: its key is known when the other comes.
            return [Buffer.from(line), bytes];
          });
        countBothWays({ log: Buffer.concat(log), framing: format === 'cri' ? 'cri' : 'none' });
      }
    }),
    { numRuns: 120 },
  );
});
