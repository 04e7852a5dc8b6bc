import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import { findTool } from '../../scripts/find-tool.ts';
import { type KubeObject, OPERATOR, render } from '../../scripts/helm.ts';
import { LADDER } from '../../src/rungs/index.ts';
import { RUNBOOK_BASE } from '../../src/sinks/alerts/rule-files.ts';
import { ruleGroups } from '../../src/sinks/alerts/rule-groups.ts';
import { runbookTitles } from '../../src/sinks/runbooks/runbooks.ts';
import { NO_HELM, one, renderVariant } from '../support/chart.ts';
import { readSource } from '../support/source-files.ts';

interface Rule {
  readonly alert?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}
interface Group {
  readonly name: string;
  readonly rules: readonly Rule[];
}

const promtool = findTool('promtool');
const IDS = ruleGroups(LADDER).map(({ id }) => id);
/** The runbook of each alert: some share one. */
const PAGES = new Map(runbookTitles(LADDER).map(({ name, page }) => [name, page]));

function groupsOf(objects: readonly KubeObject[]): readonly Group[] {
  return one(objects, 'PrometheusRule')['spec'].groups as Group[];
}

test('the rules are those of alerts/, runbooks under the address of the release', { skip: NO_HELM }, () => {
  const objects = render({ apis: OPERATOR });
  const files = IDS.flatMap((id) => (parse(readSource(`alerts/${id}.yaml`)) as { groups: Group[] }).groups);
  const byName = (groups: readonly Group[]) => groups.toSorted((a, b) => a.name.localeCompare(b.name));
  assert.deepEqual(byName(groupsOf(objects)), byName(files));
  const service = one(objects, 'Service');
  const served = `http://${service.metadata.name}.${service.metadata.namespace}.svc:${service['spec'].ports[0].port}/runbooks/`;
  assert.equal(served, RUNBOOK_BASE);
});

test('runbooks, labels and groups are as the values say', { skip: NO_HELM }, () => {
  const groups = groupsOf(renderVariant('all-on'));
  const alerts = groups.flatMap(({ rules }) => rules).filter(({ alert }) => alert !== undefined);
  assert.deepEqual(
    groups.map(({ name }) => name).toSorted(),
    IDS.filter((id) => id !== 'proxy-logging')
      .map((id) => `meshladder.${id}`)
      .toSorted(),
  );
  for (const { alert, labels, annotations } of alerts) {
    assert.equal(annotations?.['runbook_url'], `https://runbooks.example.com/mesh/${PAGES.get(alert ?? '')}`);
    assert.equal(labels?.['team'], 'mesh');
    assert.ok(labels?.['severity'] !== undefined, alert);
  }
  const recordings = groups.flatMap(({ rules }) => rules).filter(({ alert }) => alert === undefined);
  assert.deepEqual(
    recordings.filter(({ labels }) => labels?.['team'] !== undefined),
    [],
  );
});

test('promtool takes the rules', { skip: NO_HELM || (promtool === undefined && 'promtool is not here') }, (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'meshladder-rules-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'rules.yaml');
  writeFileSync(file, stringify({ groups: groupsOf(renderVariant('all-on')) }));
  assert.match(execFileSync(promtool ?? '', ['check', 'rules', file], { encoding: 'utf8' }), /SUCCESS/);
});

test('without the operator nothing of its kinds is made, but where the values insist', { skip: NO_HELM }, () => {
  const made = renderVariant('no-crds').filter(({ apiVersion }) => apiVersion.startsWith('monitoring.'));
  assert.deepEqual(made, []);
  assert.equal(
    one(render({ set: ['serviceMonitor.enabled=true'] }), 'ServiceMonitor').metadata.name,
    'meshladder-central',
  );
});

test('monitors find the Service and the agents, on the port and path they serve', { skip: NO_HELM }, () => {
  const objects = renderVariant('all-on');
  const monitor = one(objects, 'ServiceMonitor');
  const selector = monitor['spec'].selector.matchLabels as Readonly<Record<string, string>>;
  const services = objects.filter(
    ({ kind, metadata }) =>
      kind === 'Service' && Object.entries(selector).every(([key, value]) => metadata.labels?.[key] === value),
  );
  assert.deepEqual(
    services.map(({ metadata }) => metadata.name),
    ['meshladder'],
  );
  assert.deepEqual(monitor['spec'].namespaceSelector, { matchNames: ['istio-system'] });
  assert.equal(monitor.metadata.namespace, 'monitoring');
  assert.equal(monitor.metadata.labels?.['release'], 'prometheus');
  const [endpoint] = monitor['spec'].endpoints;
  assert.deepEqual([endpoint.port, endpoint.path, endpoint.honorLabels], ['http', '/mesh/metrics', false]);
  assert.equal(monitor['spec'].sampleLimit, 200_000);
  const [agents] = one(objects, 'PodMonitor')['spec'].podMetricsEndpoints;
  assert.deepEqual([agents.port, agents.path], ['http', '/mesh/metrics']);
});

test('dashboards are those of dashboards/, each in a ConfigMap that Grafana takes up', { skip: NO_HELM }, () => {
  const maps = renderVariant('all-on').filter(({ metadata }) => metadata.labels?.['grafana_dashboard'] === '1');
  const folder = fileURLToPath(new URL('../../dashboards', import.meta.url));
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  assert.deepEqual(maps.flatMap(({ data }) => Object.keys(data as object)).toSorted(), files.toSorted());
  for (const { metadata, data } of maps) {
    assert.deepEqual([metadata.namespace, metadata.annotations?.['grafana_folder']], ['grafana', 'Istio']);
    for (const [name, text] of Object.entries(data as Record<string, string>)) {
      assert.equal(text.trim(), readSource(`dashboards/${name}`).trim());
      assert.ok(Buffer.byteLength(text) < 1 << 20);
    }
  }
});

test('rules look for the central part and for agents by their jobs', { skip: NO_HELM }, () => {
  const set = [
    'agent.enabled=true',
    'serviceMonitor.job="mesh"',
    'podMonitor.job="mesh-logs"',
    'nameOverride="ladder"',
  ];
  const objects = render({ set, apis: OPERATOR });
  const jobs = [
    one(objects, 'ServiceMonitor')['spec'].endpoints[0],
    one(objects, 'PodMonitor')['spec'].podMetricsEndpoints[0],
  ].map(({ relabelings }) => relabelings);
  assert.deepEqual(jobs, [
    [{ targetLabel: 'job', replacement: 'mesh' }],
    [{ targetLabel: 'job', replacement: 'mesh-logs' }],
  ]);
  const named = JSON.stringify(groupsOf(objects)).matchAll(/job=~?\\"([^"\\]*)/g);
  assert.deepEqual([...new Set([...named].map(([, job]) => job))].toSorted(), ['mesh', 'mesh-logs']);
});
