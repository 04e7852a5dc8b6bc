import assert from 'node:assert/strict';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { epochSeconds } from '../../../src/model/brand.ts';
import { emptySnapshot, type MeshSnapshot } from '../../../src/model/snapshot.ts';
import type { Rung, Sample } from '../../../src/rungs/rung.ts';
import { createExposition, type Page } from '../../../src/sinks/metrics/exposition.ts';
import { createSelfMetrics } from '../../../src/sinks/metrics/self-metrics.ts';
import { readExposition } from '../../support/exposition.ts';
import { recordLog } from '../../support/record-log.ts';

const BUILD = { version: '1.2.3', revision: 'abc', nodeVersion: 'v24' };

/** A rung of one gauge whose samples `evaluate` makes. */
function rungOf(id: string, evaluate: (snapshot: MeshSnapshot) => readonly Sample[]): Rung {
  return {
    id,
    number: 0,
    question: 'Is it so?',
    reads: [],
    families: {
      it: {
        name: `meshladder_${id}`,
        help: 'A test.',
        type: 'gauge',
        stability: 'experimental',
        labels: ['at', 'proxy'],
      },
    },
    evaluate: (snapshot) => ({ it: evaluate(snapshot) }),
  };
}

function start(ladder: readonly Rung[], maxSeries = 100_000) {
  let snapshots = [emptySnapshot(epochSeconds(1))] as const;
  const log = recordLog();
  const self = createSelfMetrics(
    BUILD,
    'east',
    ladder.map((rung) => rung.id),
  );
  const page = createExposition({ ladder, read: () => snapshots, self, maxSeries: () => maxSeries, log });
  return {
    page,
    log,
    next: (): void => {
      snapshots = [emptySnapshot(epochSeconds(snapshots[0].takenAt + 1))];
    },
  };
}

const textOf = (page: Page): string => Buffer.concat(page.parts).toString();
const atSecond = ({ takenAt }: MeshSnapshot): readonly Sample[] => [
  { labels: { at: String(takenAt), proxy: 'p' }, value: 1 },
];

test('the ladder comes in order, then the exporter itself; build and process are there', async () => {
  const { page } = start([rungOf('one', atSecond), rungOf('two', () => [])]);
  const families = readExposition(textOf(await page()));
  assert.deepEqual([...families.keys()].slice(0, 3), ['meshladder_one', 'meshladder_two', 'meshladder_build_info']);
  const build = families.get('meshladder_build_info')?.samples;
  assert.equal(build?.get('meshladder_build_info{version="1.2.3",revision="abc",node_version="v24"}'), 1);
  assert.ok(families.has('process_resident_memory_bytes') && families.has('nodejs_eventloop_lag_p99_seconds'));
});

test('while the snapshot stands, everyone gets the same page; a new one is evaluated once', async () => {
  let evaluations = 0;
  const { page, next } = start([
    rungOf('counted', (snapshot) => {
      evaluations += 1;
      return atSecond(snapshot);
    }),
  ]);
  const [one, other] = await Promise.all([page(), page()]);
  assert.equal(one, other);
  assert.equal(await page(), one);
  assert.equal(evaluations, 1);
  next();
  assert.match(textOf(await page()), /at="2"/);
  assert.equal(evaluations, 2);
});

test('scrapes that come while one is written share the next, and no page mixes two snapshots', async () => {
  const many = (snapshot: MeshSnapshot): readonly Sample[] =>
    Array.from({ length: 40_000 }, (_, index) => ({
      labels: { at: String(snapshot.takenAt), proxy: `p${index}` },
      value: 1,
    }));
  const { page, next } = start([rungOf('one', many), rungOf('two', many)]);
  const first = page();
  next();
  const [second, third] = [page(), page()];
  next();
  const seconds = (text: string): string[] => [...new Set(text.match(/at="\d+"/g))];
  assert.deepEqual(seconds(textOf(await first)), ['at="1"']);
  assert.deepEqual(seconds(textOf(await second)), ['at="3"']);
  assert.equal(await second, await third);
});

test('a rung that throws loses its own samples only, is counted each time and said once', async () => {
  const { page, log, next } = start([
    rungOf('broken', () => {
      throw new TypeError('no such field');
    }),
    rungOf('sound', atSecond),
  ]);
  await page();
  next();
  const families = readExposition(textOf(await page()));
  assert.equal(families.get('meshladder_broken')?.samples.size, 0);
  assert.equal(families.get('meshladder_sound')?.samples.size, 1);
  const errors = families.get('meshladder_rung_errors_total')?.samples;
  assert.equal(errors?.get('meshladder_rung_errors_total{mesh_cluster="Kubernetes",rung="broken"}'), 2);
  assert.equal(errors?.get('meshladder_rung_errors_total{mesh_cluster="east",rung="sound"}'), 0);
  assert.deepEqual(
    log.lines.map((line) => line.fields['rung']),
    ['broken'],
  );
});

test('a repeated label set is shown once, counted and said once', async () => {
  const { page, log, next } = start([rungOf('double', (snapshot) => [...atSecond(snapshot), ...atSecond(snapshot)])]);
  await page();
  next();
  const families = readExposition(textOf(await page()));
  assert.equal(families.get('meshladder_double')?.samples.size, 1);
  const repeated = families.get('meshladder_series_repeated_total')?.samples.values().toArray();
  assert.deepEqual(repeated, [2]);
  assert.equal(log.lines.length, 1);
});

test('the cap of a family holds and is counted', async () => {
  const { page } = start(
    [rungOf('wide', () => ['a', 'b', 'c'].map((at) => ({ labels: { at, proxy: 'p' }, value: 1 })))],
    1,
  );
  const families = readExposition(textOf(await page()));
  assert.deepEqual(families.get('meshladder_wide')?.samples.keys().toArray(), [
    'meshladder_wide{at="a",proxy="p"}',
    'meshladder_wide{at="__other__",proxy="__other__"}',
  ]);
  const capped = families.get('meshladder_series_capped_total')?.samples.values().toArray();
  assert.deepEqual(capped, [2]);
});

test('the page packs to the same bytes, once', async () => {
  const { page } = start([rungOf('one', atSecond)]);
  const made = await page();
  const [one, other] = await Promise.all([made.gzipped(), made.gzipped()]);
  assert.equal(one, other);
  assert.ok(gunzipSync(Buffer.concat(one)).equals(Buffer.concat(made.parts)));
});

test('60,000 series are written without holding up other work for 50 ms', async () => {
  const labels = Array.from({ length: 60_000 }, (_, index) => ({
    at: `${index % 6}`,
    proxy: `payment-svc-v1-6d8f9b7c5d-${index}`,
  }));
  const { page, next } = start([rungOf('large', () => labels.map((pair) => ({ labels: pair, value: 1 })))]);
  await page();
  next();
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const text = textOf(await page());
  delay.disable();
  assert.equal(text.match(/\nmeshladder_large\{/g)?.length, 60_000);
  assert.ok(delay.max / 1e6 < 50, `held up for ${Math.round(delay.max / 1e6)} ms`);
});
