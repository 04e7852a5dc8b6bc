import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { findTool } from '../../../scripts/find-tool.ts';
import { LADDER } from '../../../src/rungs/index.ts';
import { growthQuery, TRAFFIC_QUESTIONS } from '../../../src/sources/prometheus/traffic-questions.ts';

const promtool = findTool('promtool');
const skip = promtool === undefined ? 'no promtool here: `node scripts/test-tools.ts` tries to get one' : false;

const QUESTION = { family: 'meshladder_x_total', by: ['workload'] } as const;
const BUILD = 'meshladder_build_info{job="a",instance="1"}';
const counter = (more = '') => `meshladder_x_total{job="a",instance="1",mesh_cluster="east",workload="w"${more}}`;

/** Series a minute apart, asked at minute 10 for the last two. */
const CASES: readonly [name: string, series: Readonly<Record<string, string>>, expected: number | undefined][] = [
  ['has grown', { [counter()]: '5+10x10' }, 20],
  ['has not grown', { [counter()]: '5x10' }, undefined],
  ['is not there', {}, undefined],
  ['was born while its agent was scraped', { [counter()]: '_x9 7x1', [BUILD]: '1x10' }, 7],
  [
    'is of an agent that was not scraped before: how old its count is, nobody knows',
    { [counter()]: '_x9 7000x1', [BUILD]: '_x9 1x1' },
    undefined,
  ],
  ['began anew with its agent', { [counter()]: '500x8 3x2', [BUILD]: '1x10' }, 3],
  ['is of two agents', { [counter()]: '0+1x10', [counter(',direction="inbound"')]: '0+2x10' }, 6],
  ['is of another mesh', { [counter().replace('east', 'west')]: '5+10x10' }, undefined],
  ['went away with its agent', { [counter()]: '0+1x3 stale' }, undefined],
];

describe('how much a counter has grown, where it', { skip }, () => {
  for (const [name, series, expected] of CASES) {
    test(name, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'meshladder-growth-'));
      const file = join(folder, 'test.yaml');
      const samples = expected === undefined ? [] : [{ labels: '{workload="w"}', value: expected }];
      const input = Object.entries(series).map(([each, values]) => ({ series: each, values }));
      const asked = { expr: growthQuery(QUESTION, 120, 'east'), eval_time: '10m', exp_samples: samples };
      writeFileSync(
        file,
        JSON.stringify({ tests: [{ interval: '1m', input_series: input, promql_expr_test: [asked] }] }),
      );
      try {
        await promisify(execFile)(promtool!, ['test', 'rules', file]);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  }
});

test('every family that is asked for is exported, with every label it is added up by', () => {
  const families = LADDER.flatMap((rung) => Object.values(rung.families));
  for (const { family, by } of Object.values(TRAFFIC_QUESTIONS)) {
    const exported = families.find(({ name }) => name === family);
    assert.ok(exported !== undefined, family);
    assert.equal(exported.type, 'counter');
    for (const label of [...by, 'mesh_cluster']) assert.ok(exported.labels.includes(label), `${family} ${label}`);
  }
});
