import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { findTool } from '../../scripts/find-tool.ts';
import { DASHBOARD_FILES } from '../support/dashboard-files.ts';
import { filledIn } from '../support/dashboard-queries.ts';

const promtool = findTool('promtool');
const skip = promtool === undefined ? 'no promtool here: `node scripts/test-tools.ts` tries to get one' : false;

/** Two istiods. CDS goes out with a full push, here in the sixth minute; EDS with every pod that comes or goes. */
const SERIES = [
  { series: 'pilot_xds_pushes{type="cds",instance="istiod-1"}', values: '9x5 12x10' },
  { series: 'pilot_xds_pushes{type="cds",instance="istiod-2"}', values: '7x5 9x10' },
  { series: 'pilot_xds_pushes{type="eds",instance="istiod-1"}', values: '9+4x15' },
  { series: 'ALERTS{alertname="IstioProxyStale",alertstate="pending",mesh_cluster="a"}', values: '1x15' },
  { series: 'ALERTS{alertname="IstioProxyStale",alertstate="firing",mesh_cluster="a"}', values: '_x9 1x6' },
  { series: 'ALERTS{alertname="MeshladderDown",alertstate="firing",job="meshladder"}', values: '_x9 1x6' },
  { series: 'ALERTS{alertname="NodeDown",alertstate="firing"}', values: '1x15' },
];

const FIRING = [
  'ALERTS{alertname="IstioProxyStale",alertstate="firing",mesh_cluster="a"}',
  'ALERTS{alertname="MeshladderDown",alertstate="firing",job="meshladder"}',
];

test('pushes of configuration are drawn when istiod counts them, and our alerts while they fire', {
  skip,
}, async (context) => {
  const [alerts, pushes] = (DASHBOARD_FILES[0]?.annotations.list ?? []).map(({ expr }) => filledIn(expr));
  const folder = mkdtempSync(join(tmpdir(), 'meshladder-annotations-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'tests.yaml');
  const asked = [
    { expr: pushes, eval_time: '5m', exp_samples: [] },
    { expr: `${pushes} > bool 0`, eval_time: '6m', exp_samples: [{ labels: '{}', value: 1 }] },
    { expr: pushes, eval_time: '8m', exp_samples: [] },
    { expr: alerts, eval_time: '8m', exp_samples: [] },
    { expr: alerts, eval_time: '12m', exp_samples: FIRING.map((labels) => ({ labels, value: 1 })) },
  ];
  // As seldom as istiod is scraped anywhere.
  const tests = [{ interval: '1m', input_series: SERIES, promql_expr_test: asked }];
  writeFileSync(file, JSON.stringify({ evaluation_interval: '1m', tests }));
  const { stdout } = await promisify(execFile)(promtool!, ['test', 'rules', file]);
  assert.match(stdout, /SUCCESS/);
});
