import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { epochSeconds } from '../../../src/model/brand.ts';
import type { Shard } from '../../../src/model/shard.ts';
import { emptySnapshot } from '../../../src/model/snapshot.ts';
import { LADDER } from '../../../src/rungs/index.ts';
import type { FamilySpec, Rung, Sample } from '../../../src/rungs/rung.ts';
import { createExposition } from '../../../src/sinks/metrics/exposition.ts';
import { createSelfMetrics } from '../../../src/sinks/metrics/self-metrics.ts';
import { createShardFilter } from '../../../src/sinks/metrics/shard-samples.ts';
import { labelsOf, type ReadFamily, readExposition } from '../../support/exposition.ts';
import { recordLog } from '../../support/record-log.ts';

const GOLDEN = readFileSync(new URL('../../golden/scrape/recorded-mesh.prom', import.meta.url), 'utf8');
/** What is exposed of the recorded mesh; values that differ from run to run are words there. */
const RECORDED = readExposition(GOLDEN.replace(/ [A-Z]+$/gm, ' 1'));
const FAMILIES: readonly FamilySpec[] = LADDER.flatMap((rung): FamilySpec[] => Object.values(rung.families));
/** Of the mesh as a whole: only the first shard tells of it. */
const MESH_WIDE = [
  'meshladder_analysis_code_unknown',
  'meshladder_analysis_findings',
  'meshladder_istiod_info',
  'meshladder_istiod_poll_state',
  'meshladder_istiod_proxies',
  'meshladder_istiods',
];

/** The ladder, with what it said of the recorded mesh. */
const REPLAYED = LADDER.map(({ evaluateInSteps: _, ...rung }): Rung => {
  const samples = Object.entries(rung.families).map(([key, { name }]) => [key, samplesOf(RECORDED.get(name))]);
  return { ...rung, evaluate: () => Object.fromEntries(samples) };
});

function samplesOf(family: ReadFamily | undefined): readonly Sample[] {
  return [...(family?.samples ?? [])].map(([written, value]) => ({ labels: labelsOf(written), value }));
}

async function exposed(shard: Shard) {
  const self = createSelfMetrics({ version: '1', revision: '', nodeVersion: '24' }, 'Kubernetes', []);
  const snapshot = emptySnapshot(epochSeconds(1_700_000_000));
  const page = createExposition({
    ladder: REPLAYED,
    read: () => [snapshot],
    self,
    maxSeries: () => 100_000,
    shard,
    log: recordLog(),
  });
  return readExposition(Buffer.concat((await page()).parts).toString());
}

for (const count of [2, 3, 7]) {
  test(`${count} shards expose together what one exposes, and each series once`, async () => {
    const shards = await Promise.all(Array.from({ length: count }, (_, index) => exposed({ index, count })));
    const whole = await exposed({ index: 0, count: 1 });
    let divided = 0;
    for (const { name, of } of FAMILIES) {
      const parts = shards.map((shard) => [...(shard.get(name)?.samples ?? [])]);
      const all = [...(whole.get(name)?.samples ?? [])];
      if (of === 'exporter') for (const part of parts) assert.deepEqual(part, all, name);
      else assert.deepEqual(parts.flat().toSorted(), all.toSorted(), name);
      if (of === undefined && parts.filter((part) => part.length > 0).length > 1) divided += 1;
      if (MESH_WIDE.includes(name)) assert.deepEqual(parts.slice(1).flat(), [], name);
    }
    assert.ok(divided > 10, `only ${divided} families are divided`);
  });
}

test('of every family it is known whose its series are', () => {
  const one: Shard = { index: 1, count: 2 };
  const wide = FAMILIES.filter((family) => {
    const namespaces = Array.from({ length: 40 }, (_, nth) => `team-${nth}`);
    const samples = namespaces.map((name) => ({
      labels: Object.fromEntries(family.labels.map((label) => [label, name])),
      value: 1,
    }));
    return createShardFilter(family, one)(samples).length === 0;
  });
  assert.deepEqual(wide.map(({ name }) => name).toSorted(), MESH_WIDE);
});

test('what did not fit into a tally is exposed by each shard, for each has its own', () => {
  const family = FAMILIES.find(({ name }) => name === 'meshladder_requests_total') as FamilySpec;
  const folded = [{ labels: { proxy_namespace: '__other__' }, value: 7 }];
  for (const index of [0, 1]) assert.deepEqual(createShardFilter(family, { index, count: 2 })(folded), folded);
});

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function heapBytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

test('namespaces that are gone are not remembered', () => {
  const family = FAMILIES.find(({ name }) => name === 'meshladder_requests_total') as FamilySpec;
  const filter = createShardFilter(family, { index: 1, count: 2 });
  const scrape = (nth: number): number => {
    const names = Array.from({ length: 500 }, (_, each) => `ci-${nth}-${each}-`.padEnd(253, 'x'));
    return filter(names.map((name) => ({ labels: { proxy_namespace: name }, value: 1 }))).length;
  };
  scrape(0);
  const before = heapBytes();
  let own = 0;
  for (let nth = 1; nth <= 100; nth++) own += scrape(nth);
  assert.ok(own > 20_000, `${own} of 50,000 are its own`);
  const grownBytes = heapBytes() - before;
  // 50,000 names of 253 letters are 12 MB.
  assert.ok(grownBytes < 3 << 20, `${grownBytes} bytes are kept`);
});
