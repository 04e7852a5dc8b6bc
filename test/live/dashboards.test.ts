import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { LADDER } from '../../src/rungs/index.ts';
import { ruleGroups } from '../../src/sinks/alerts/rule-groups.ts';
import { DASHBOARDS } from '../../src/sinks/dashboards/dashboards.ts';
import { startDemoRun } from '../demo/demo-run.ts';
import { filledIn } from '../support/dashboard-queries.ts';
import { startPrometheus } from '../support/prometheus-server.ts';
import { findTool } from '../support/tools.ts';

const binary = findTool('prometheus');
const skip = binary === undefined ? 'no Prometheus here: `node scripts/test-tools.ts` tries to get one' : false;

/** Panels that have nothing to show in this incident, and why that is right. */
const NOTHING_TO_SHOW: ReadonlySet<string> = new Set([
  // Nothing of that kind is wrong in the mesh of the demo.
  'Conflicts between clients and servers',
  'Errors in five minutes, by source and reason',
  'Series that were folded away, in five minutes',
  // Looks into Envoys are off unless they are switched on.
  '7 Proxies that differ',
  'Differences from istiod',
  'Loggers above their default',
  'Replicas that disagree, in its namespace',
  'Loaded shares, by the workload that holds them',
  // Istiods of 1.30 do not tell it.
  'Endpoints acknowledged',
]);

interface PanelFile {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
}

const QUERIES = DASHBOARDS.flatMap(({ uid }) => {
  const { panels } = JSON.parse(readFileSync(`dashboards/${uid}.json`, 'utf8')) as { panels: readonly PanelFile[] };
  return panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ uid, title, expr: filledIn(expr) })));
});

test('a real Prometheus scrapes the demo: no panel is empty during the incident, no rule and no query fails', {
  skip,
}, async (context) => {
  const run = startDemoRun(context, ['--speed', '3']);
  await run.said(/canary at 0 %/);
  const prometheus = await startPrometheus(binary!, {
    target: run.url().host,
    ruleFiles: ruleGroups(LADDER).map(({ id }) => resolve(`alerts/${id}.yaml`)),
  });
  context.after(() => prometheus.stop());
  await run.said(/connections/);
  const empty = new Map(QUERIES.map((query) => [`${query.uid}: ${query.title}`, query]));
  // Some things are seen in one act, and some in another.
  for (let seconds = 0; seconds < 60 && needed(empty).length > 0; seconds += 2) {
    await sleep(2000);
    for (const [name, { expr }] of empty) if ((await prometheus.query(expr)).length > 0) empty.delete(name);
  }
  assert.deepEqual(needed(empty), []);
  assert.deepEqual(await prometheus.ruleErrors(), []);
});

function needed(empty: ReadonlyMap<string, { readonly title: string }>): readonly string[] {
  return [...empty].filter(([, { title }]) => !NOTHING_TO_SHOW.has(title)).map(([name]) => name);
}
