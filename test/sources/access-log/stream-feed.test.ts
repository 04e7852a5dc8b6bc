import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { framingOf } from '../../../src/sources/access-log/framing.ts';
import { openScanner } from '../../../src/sources/access-log/open-scanner.ts';
import { createReferenceScanner } from '../../../src/sources/access-log/reference-scanner.ts';
import { createStreamFeed } from '../../../src/sources/access-log/stream-feed.ts';
import { createTally } from '../../../src/sources/access-log/tally.ts';
import { streamOrigin } from '../../support/raw-request.ts';

function fixture(name: string): Buffer {
  return readFileSync(new URL(`../../fixtures/accesslog/${name}`, import.meta.url));
}

const TEXT = fixture('mesh-one-each.text.log');
const CRI = fixture('container/ratings-v1-5ffdd8466b-r6d2s.istio-proxy.cri.log');
const STAMP = '2026-11-21T03:14:41.735709000Z';
const [ACCESS = ''] = TEXT.toString().split('\n');

/** What a log is counted as when it comes in these pieces. */
async function counted(pieces: readonly Uint8Array[], slow = false): Promise<unknown> {
  const tally = createTally();
  const scanner = slow
    ? createReferenceScanner({ format: 'auto', tally })
    : await openScanner({ format: 'auto', tally });
  const origin = streamOrigin({ framing: framingOf(Buffer.concat(pieces)) });
  const feed = createStreamFeed({ scanner, tally, origin });
  for (const piece of pieces) feed.push(piece);
  feed.end();
  return tally.traffic();
}

function lines(traffic: unknown): unknown {
  const { dropped, ...rest } = (traffic as { intake: { lines: Record<string, number> }[] }).intake[0]?.lines ?? {};
  return dropped === 0 ? rest : { ...rest, dropped };
}

describe('a stream', () => {
  for (const [name, bytes] of [
    ['bare', TEXT],
    ['framed', CRI],
  ] as const) {
    test(`of ${name} lines counts alike in whatever pieces it comes`, async () => {
      const whole = await counted([bytes]);
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.nat({ max: bytes.length }), { maxLength: 12 }),
          fc.boolean(),
          async (cuts, slow) => {
            const places = [0, ...cuts.toSorted((one, other) => one - other), bytes.length];
            const pieces = places.slice(1).map((end, nth) => bytes.subarray(places[nth], end));
            assert.deepEqual(await counted(pieces, slow), whole);
          },
        ),
        { numRuns: 30 },
      );
    });
  }

  test('that ends without a line break counts its last line', async () => {
    const cut = TEXT.subarray(0, TEXT.lastIndexOf('\n'));
    assert.deepEqual(await counted([cut]), await counted([TEXT]));
  });

  test('of nothing counts nothing', async () => {
    assert.deepEqual((await counted([])) as object, { requests: [], proxyLogs: [], xdsStreamFailures: [], intake: [] });
  });

  test('that ends in a partial frame counts what stands behind it, and what there is of the line', async () => {
    const framed = [
      `${STAMP} stdout P ${ACCESS.slice(0, 50)}`,
      `${STAMP} stderr F ${STAMP}\tinfo\txdsproxy\tconnected`,
      `${STAMP} stdout P ${ACCESS.slice(50, 90)}`,
    ].join('\n');
    assert.deepEqual(lines(await counted([Buffer.from(framed)])), { access: 0, unparsed: 1, proxy_log: 1, other: 0 });
    const whole = `${framed}\n${STAMP} stdout F ${ACCESS.slice(90)}\n`;
    assert.deepEqual(lines(await counted([Buffer.from(whole)])), { access: 1, unparsed: 0, proxy_log: 1, other: 0 });
  });

  test('of one line without an end keeps to its room, says what it dropped and goes on', async () => {
    const piece = Buffer.alloc(300_000, 'x');
    const pieces = [TEXT, ...Array.from({ length: 20 }, () => piece), Buffer.from('\n'), TEXT];
    const told = lines(await counted(pieces)) as { access: number; dropped: number };
    assert.equal(told.access, 40);
    assert.ok(told.dropped >= 5, JSON.stringify(told));
  });
});

describe('framing', () => {
  const framed = `${STAMP} stdout F a line\n`;
  const CASES: readonly (readonly [name: string, text: string, framing: string])[] = [
    ['a node’s log', framed.repeat(3), 'cri'],
    ['a node’s log of which only a part of a line is there', framed.slice(0, -5), 'cri'],
    ['a node’s log that begins in the middle of a line', `its end\n${framed.repeat(3)}`, 'cri'],
    ['a bare log', `${ACCESS}\n${ACCESS}\n`, 'none'],
    ['a bare log in which one line pretends', `${ACCESS}\n${framed}${ACCESS}\n`, 'none'],
    ['the agent’s log', `${STAMP}\tinfo\tx\ty\n`, 'none'],
    ['nothing', '', 'none'],
    ['empty lines', '\n\n\n', 'none'],
  ];
  for (const [name, text, expected] of CASES) {
    test(`of ${name} is ${expected}`, () => assert.equal(framingOf(Buffer.from(text)), expected));
  }
});
