import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { textLine } from '../../../src/demo/traffic/access-line.ts';
import { createChance } from '../../../src/demo/traffic/chance.ts';
import { FAULTS, FLAGS } from '../../../src/demo/traffic/faults.ts';
import { createTraffic } from '../../../src/demo/traffic/generator.ts';
import type { LoggedLine } from '../../../src/demo/traffic/hop.ts';

function run(ticks: number, seed = 1): LoggedLine[] {
  const traffic = createTraffic(seed);
  return [...Array(ticks).keys()].flatMap((tick) => traffic.tick(1_795_230_451_000 + tick * 200));
}

/** Subsets that checkout's Envoy sent /pay to. */
function subsets(lines: readonly LoggedLine[]): string[] {
  return lines
    .filter(({ pod, line }) => pod === 'checkout' && line.path?.startsWith('/pay'))
    .map(({ line }) => line.upstreamCluster?.split('|')[2] ?? '');
}

test('every flag that the recordings hold is among the faults', () => {
  const recorded = new Set<string>();
  for (const name of ['one-each.text.log', 'mesh-one-each.text.log']) {
    const text = readFileSync(new URL(`../../fixtures/accesslog/${name}`, import.meta.url), 'utf8');
    for (const [, flags = ''] of text.matchAll(/^\[[^\]]*\] "[^"]*" \d+ (\S+) /gm)) {
      for (const flag of flags.split(',')) if (flag !== '-') recorded.add(flag);
    }
  }
  assert.deepEqual(FLAGS, [...recorded].sort());
});

test('faults come round, one after the other', () => {
  const traffic = createTraffic(1);
  for (let tick = 0; tick < FAULTS.length * 2; tick += 1) {
    assert.equal(traffic.rounds(), 0);
    traffic.tick(0);
  }
  assert.equal(traffic.rounds(), 1);
});

test('the canary gets what checkout holds: nothing, then the first request and one in ten', () => {
  const traffic = createTraffic(1);
  const of = (ticks: number): string[] => subsets([...Array(ticks).keys()].flatMap((tick) => traffic.tick(tick)));
  assert.deepEqual(new Set(of(200)), new Set(['v1']));
  traffic.route({ v1: 90, v2: 10 });
  const divided = of(200);
  assert.equal(divided[0], 'v2');
  assert.equal(divided.filter((subset) => subset === 'v2').length, 21);
  traffic.route({ v1: 100, v2: 0 });
  assert.deepEqual(new Set(of(50)), new Set(['v1']));
});

test('a request is in the log of the caller and of the one who is asked, under one id', () => {
  const lines = run(50);
  const inbound = lines.filter(({ line }) => line.upstreamCluster?.startsWith('inbound|'));
  assert.ok(inbound.length > 50);
  for (const { line } of inbound) {
    const caller = lines.find((other) => other.line.requestId === line.requestId && other.line !== line);
    assert.ok(caller?.line.upstreamCluster?.startsWith('outbound|'), line.requestId);
  }
});

test('what the servers proxy refuses, the callers proxy passes on without a flag', () => {
  const limited = run(FAULTS.length * 2).filter(({ line }) => line.code === 429);
  assert.deepEqual(
    limited.map(({ pod, line }) => [pod, line.flags, line.details]),
    [
      ['checkout', '-', 'via_upstream'],
      ['reviewsV1', 'RL', 'local_rate_limited'],
    ],
  );
});

test('somebody tries to forge fields, and the line is written raw', () => {
  const forged = run(3000)
    .map(({ line }) => textLine(line))
    .filter((line) => line.includes('forged'));
  assert.ok(forged.length > 0);
  assert.ok(forged.every((line) => line.includes('"x" "0" "evil.example"')));
});

test('the same seed tells the same story', () => {
  assert.deepEqual(run(100, 7), run(100, 7));
  assert.notDeepEqual(run(100, 7), run(100, 8));
});

test('chance stays within its bounds', () => {
  const chance = createChance(3);
  for (let round = 0; round < 1000; round += 1) {
    const value = chance.between(2, 5);
    assert.ok(Number.isInteger(value) && value >= 2 && value <= 5);
    assert.match(chance.uuid(), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/);
  }
});
