import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { findTool } from '../../scripts/find-tool.ts';
import { epochSeconds } from '../../src/model/brand.ts';
import { UNDIVIDED } from '../../src/model/shard.ts';
import { emptySnapshot } from '../../src/model/snapshot.ts';
import { LADDER } from '../../src/rungs/index.ts';
import type { FamilySpec } from '../../src/rungs/rung.ts';
import { createExposition } from '../../src/sinks/metrics/exposition.ts';
import { SELF_FAMILIES } from '../../src/sinks/metrics/self-families.ts';
import { createSelfMetrics } from '../../src/sinks/metrics/self-metrics.ts';
import { readExposition } from '../support/exposition.ts';
import { recordLog } from '../support/record-log.ts';

const FAMILIES: readonly FamilySpec[] = [
  ...LADDER.flatMap((rung): FamilySpec[] => Object.values(rung.families)),
  ...Object.values(SELF_FAMILIES),
];

/** The families that break a rule, by name. */
function breaking(rule: (family: FamilySpec) => boolean): string[] {
  return FAMILIES.filter((family) => !rule(family)).map(({ name }) => name);
}

test('no family is declared twice', () => {
  const names = FAMILIES.map(({ name }) => name);
  assert.deepEqual(
    names.filter((name, index) => names.indexOf(name) !== index),
    [],
  );
});

test('names are snake case, in base units, and say their type', () => {
  assert.deepEqual(
    breaking(({ name }) => /^meshladder(_[a-z0-9]+)+$/.test(name)),
    [],
  );
  assert.deepEqual(
    breaking(({ name, type }) => name.endsWith('_total') === (type === 'counter')),
    [],
  );
  assert.deepEqual(
    breaking(({ name }) => !/_(count|sum|bucket|milliseconds|ms|percent|age)(_|$)/.test(name)),
    [],
  );
});

test('help is one sentence or more, with its full stop, on one line', () => {
  assert.deepEqual(
    breaking(({ help }) => /^[A-Z0-9].*\.$/.test(help)),
    [],
  );
});

test('labels are valid, each once', () => {
  assert.deepEqual(
    breaking(({ labels }) => labels.every((label) => /^[a-z][a-z0-9_]*$/.test(label))),
    [],
  );
  assert.deepEqual(
    breaking(({ labels }) => new Set(labels).size === labels.length),
    [],
  );
});

/** What Prometheus and its operator put on every series of a target, and what their documentation reserves. */
const TARGET_LABELS = new Set(
  [
    'job instance namespace pod container endpoint service node cluster type region zone env environment owner stage',
    'le quantile',
  ]
    .join(' ')
    .split(' '),
);

test('no label collides with a target label', () => {
  assert.deepEqual(
    breaking(({ labels }) => labels.every((label) => !TARGET_LABELS.has(label))),
    [],
  );
});

const WITHOUT_CLUSTER =
  /^meshladder_(build_info|access_log_(lines_total|newest_line_timestamp_seconds|skipped_bytes_total))$/;

test('every family says of which cluster it speaks, but those that speak of none', () => {
  assert.deepEqual(
    breaking(({ name, labels }) => labels.includes('mesh_cluster') !== WITHOUT_CLUSTER.test(name)),
    [],
  );
});

test('rungs stand in their order, each id once', () => {
  assert.deepEqual(
    LADDER.map(({ number }) => number),
    LADDER.map(({ number }) => number).toSorted((a, b) => a - b),
  );
  assert.equal(new Set(LADDER.map(({ id }) => id)).size, LADDER.length);
});

async function emptyScrape(): Promise<string> {
  const snapshot = emptySnapshot(epochSeconds(1_700_000_000));
  const self = createSelfMetrics(
    { version: '1', revision: '', nodeVersion: '24' },
    'Kubernetes',
    LADDER.map(({ id }) => id),
    { leads: () => true, shard: UNDIVIDED },
  );
  const log = recordLog();
  const page = createExposition({ ladder: LADDER, read: () => [snapshot], self, maxSeries: () => 10, log });
  const text = Buffer.concat((await page()).parts).toString();
  assert.deepEqual(log.lines, []);
  return text;
}

test('a scrape before any source has spoken names every family and claims nothing of the mesh', async () => {
  const families = readExposition(await emptyScrape());
  assert.deepEqual(
    FAMILIES.filter(({ name }) => !families.has(name)),
    [],
  );
  const claims = LADDER.flatMap((rung): FamilySpec[] => Object.values(rung.families)).filter(
    ({ name }) => (families.get(name)?.samples.size ?? 0) > 0,
  );
  assert.deepEqual(
    claims.map(({ name }) => name),
    [],
  );
});

const promtool = findTool('promtool');

test('promtool finds nothing to say', { skip: promtool === undefined && 'promtool is not here' }, async () => {
  const child = spawn(promtool ?? '', ['check', 'metrics'], { stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  child.stdout.on('data', (chunk) => {
    said += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    said += String(chunk);
  });
  child.stdin.end(await emptyScrape());
  const [code] = (await once(child, 'close')) as [number];
  // prom-client's names are not ours to change.
  const ours = said.split('\n').filter((line) => line !== '' && !/^(nodejs|process)_/.test(line));
  assert.deepEqual(ours, []);
  assert.ok(code === 0 || said !== '', `exit code ${code}`);
});
