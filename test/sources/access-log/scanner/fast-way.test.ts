import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { FORMATS, type LogFormat, RENDERERS } from '../../../../bench/access-log/logged-request.ts';
import { createTraffic } from '../../../../bench/access-log/traffic.ts';
import { createWasmScanner } from '../../../../src/sources/access-log/scanner/wasm-scanner.ts';
import { origin } from './both-ways.ts';
import { feed } from './feed.ts';
import { createRecordingTally } from './recording-tally.ts';

/** Two scanners that agree because one does all the work would agree about everything: these lines must go the fast way. */
const TIMES = 20;

/** In how many steps a line that comes `TIMES` times is counted: once when its key is new, the others at once. */
function stepsOf(line: string, framing: 'cri' | 'none', withUpstreamHosts: boolean): readonly number[] {
  const steps: number[] = [];
  const tally = createRecordingTally();
  const scanner = createWasmScanner({
    format: 'auto',
    withUpstreamHosts,
    tally: { ...tally, cell: tally.cell, bump: (_origin, _cell, by) => void steps.push(by) },
  });
  feed(scanner, origin(framing), Buffer.from(line.repeat(TIMES)), () => 1 << 20);
  return steps;
}

const kinds: readonly { readonly name: string; readonly framing: 'cri' | 'none'; readonly lines: readonly string[] }[] =
  [
    ...FORMATS.map((format) => ({
      name: `generated ${format}`,
      framing: format === 'cri' ? ('cri' as const) : ('none' as const),
      lines: generated(format),
    })),
    {
      name: 'generated json in frames',
      framing: 'cri' as const,
      lines: generated('json').map((line) => `2026-08-01T09:14:03.512387682Z stdout F ${line}`),
    },
    ...['mesh-one-each.text.log', 'mesh-one-each.json.log', 'four-problems.checkout.access.text.log'].map((name) => ({
      name: `recorded ${name}`,
      framing: 'none' as const,
      lines: recorded(name),
    })),
  ];

function generated(format: LogFormat): readonly string[] {
  const next = createTraffic(5);
  return Array.from({ length: 100 }, () => RENDERERS[format](next()));
}

function recorded(name: string): readonly string[] {
  const log = readFileSync(new URL(`../../../fixtures/accesslog/${name}`, import.meta.url), 'utf8');
  return log.match(/.+\n/g) ?? [];
}

for (const { name, framing, lines } of kinds) {
  test(`every line of ${name} goes the fast way from the second time on`, () => {
    assert.ok(lines.length >= 20);
    for (const line of lines) {
      for (const withHosts of [false, true]) {
        assert.deepEqual(stepsOf(line, framing, withHosts), [1, TIMES - 1], line);
      }
    }
  });
}
