import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { findTool } from '../../scripts/find-tool.ts';
import { LADDER } from '../../src/rungs/index.ts';
import { ruleGroups } from '../../src/sinks/alerts/rule-groups.ts';
import { CANNOT, isKind, type Kind, kindsAsked, metricsOf } from './case-kinds.ts';
import { CASE_FILES, CASES, CASES_FOLDER, kindsOf, proves } from './rule-cases.ts';

const promtool = findTool('promtool');
const skip = promtool === undefined ? 'no promtool here: `node scripts/test-tools.ts` tries to get one' : false;

const GROUPS = ruleGroups(LADDER);
const ALERTS = GROUPS.flatMap((group) => group.rules.alerts.map((alert) => ({ group, alert })));
const folder = mkdtempSync(join(tmpdir(), 'meshladder-rules-'));
after(() => rmSync(folder, { recursive: true }));

/** Lets its collector wait: a third of promtool's work, and there is memory enough. */
async function check(...args: readonly string[]): Promise<void> {
  await promisify(execFile)(promtool!, args, { env: { ...process.env, GOGC: '800' } });
}

describe('rule files', { skip }, () => {
  for (const { id } of GROUPS) {
    test(`alerts/${id}.yaml is one that Prometheus takes`, async () => {
      await check('check', 'rules', `alerts/${id}.yaml`);
    });
  }
  for (const file of CASE_FILES) {
    test(`${CASES_FOLDER}/${file}`, async () => {
      await check('test', 'rules', join(CASES_FOLDER, file));
    });
  }

  /** Which alerts may fire where nothing is known: those that say so. */
  const OF_SILENCE = ['MeshladderDown'];

  test('no alert on the mesh fires of itself: not without data, and not where sources answer and say nothing', async () => {
    const quiet = ALERTS.filter(({ alert }) => !OF_SILENCE.includes(alert.name));
    const expected = ['5m', '30m', '2h'].flatMap((eval_time) =>
      quiet.map(({ alert }) => ({ eval_time, alertname: alert.name, exp_alerts: [] })),
    );
    const up = ['istiod', 'kubernetes', 'access_log', 'envoy', 'prometheus'].map((source) => ({
      series: `meshladder_source_up{mesh_cluster="c",source="${source}"}`,
      values: '1x300',
    }));
    const file = join(folder, 'no-data.yaml');
    writeFileSync(
      file,
      JSON.stringify({
        rule_files: GROUPS.map(({ id }) => resolve(`alerts/${id}.yaml`)),
        evaluation_interval: '1m',
        tests: [
          { name: 'no data', interval: '30s', alert_rule_test: expected },
          { name: 'only sources', interval: '30s', input_series: up, alert_rule_test: expected },
        ],
      }),
    );
    await check('test', 'rules', file);
  });
});

/** Adding is free; a name that goes breaks routes and silences that nobody here sees. */
const STABLE_NAMES = [
  ...['Stale', 'OutOfSync', 'ConfigRejected', 'Missing', 'NotInjected', 'Flapping'].map((end) => `IstioProxy${end}`),
  ...['NR', 'UH', 'NC', 'UF', 'URX', 'UO', 'UC', 'UT', 'DC', 'RL', 'UAEX'].flatMap((flag) => [
    `IstioResponseFlagSpike${flag}`,
    `IstioMetricsFlagSpike${flag}`,
  ]),
  ...['IstioNamespaceOutOfSync', 'IstioXdsBlockedByNetworkPolicy', 'IstiodUnreachable', 'IstiodDebugAccessDenied'],
  ...['IstioGatewayNotSynced', 'IstioVersionSkew', 'IstioFlagBudgetBurn', 'IstioCanaryNotApplied'],
  ...['IstioEndpointsEjected', 'IstioRequestsToGoneEndpoints', 'IstioMtlsConflict', 'IstioAuthorizationDenials'],
  ...['IstioConfigDiffers', 'IstioReplicaConfigDrift', 'IstioAnalysisError', 'IstioDebugLoggingLeftOn'],
  ...['Down', 'AgentDown', 'SourceStale', 'UnparsedLogs', 'SeriesCapped'].map((end) => `Meshladder${end}`),
];

describe('every alert', () => {
  for (const { group, alert } of ALERTS) {
    const kinds = kindsAsked(alert, group);
    test(`${alert.name} has cases: ${kinds.join(', ')}`, () => {
      const own = CASES.filter(({ file }) => file === `${group.id}.yaml`);
      const proven = (kind: Kind): boolean =>
        own.some((each) => kindsOf(each).includes(kind) && proves(kind, each, { alert, group }));
      assert.deepEqual(
        kinds.filter((kind) => !proven(kind)),
        [],
      );
    });
  }

  test('is exempt from a kind of case only by its name, and with a reason', () => {
    const names = new Set<string>(ALERTS.map(({ alert }) => alert.name));
    for (const [name, kinds] of Object.entries(CANNOT)) {
      assert.ok(names.has(name), name);
      for (const reason of Object.values(kinds)) assert.match(reason, /^[A-Z].{20,}\.$/, name);
    }
  });

  test('has a name of its own, and words that read as sentences', () => {
    const names = ALERTS.map(({ alert }) => alert.name);
    assert.deepEqual(names, [...new Set(names)]);
    for (const { alert } of ALERTS) {
      assert.match(alert.summary, /^[A-Z].*\.$/, alert.name);
      assert.doesNotMatch(alert.summary, /\{\{/, `${alert.name}: a summary is the same for all instances`);
      const always = alert.description.replaceAll(/\{\{ range .*?\{\{ end \}\}(?:\.\{\{ end \}\})?/g, '');
      assert.match(always, /\.$/, alert.name);
    }
  });

  test('that others route, silence and write runbooks by keeps its name', () => {
    const names = new Set<string>(ALERTS.map(({ alert }) => alert.name));
    assert.deepEqual(
      STABLE_NAMES.filter((name) => !names.has(name)),
      [],
    );
  });

  test('a threshold says why in a sentence, and is used', () => {
    for (const { alert } of ALERTS) {
      for (const [name, { why, value }] of Object.entries(alert.thresholds)) {
        assert.match(why, /^[A-Z].*\.$/, `${alert.name} ${name}`);
        const others = Object.fromEntries(
          Object.entries(alert.thresholds).map(([each, own]) => [each, own.value + (each === name ? 7 : 0)]),
        );
        const usual = Object.fromEntries(Object.entries(alert.thresholds).map(([each, own]) => [each, own.value]));
        assert.notEqual(alert.expr(others), alert.expr(usual), `${alert.name} ${name} ${value}`);
      }
    }
  });
});

/** What Prometheus puts to each series of a target. */
const OF_TARGETS = ['job', 'instance'];

describe('cases', () => {
  test('say in the first words of their names what they prove', () => {
    for (const each of CASES) {
      const kinds = kindsOf(each);
      assert.ok(kinds.length > 0, `${each.file}: ${each.name}`);
      for (const kind of kinds) {
        assert.ok(isKind(kind), `${each.file}: ${kind} of ${each.name}`);
        const some = ALERTS.some((alert) => proves(kind, each, alert));
        assert.ok(some, `${each.file}: ${each.name}: proves ${kind} of no alert`);
      }
    }
  });

  test('ask for an alert only where something is said of what it reads, or nothing at all', () => {
    for (const each of CASES) {
      const asked = new Set((each.alert_rule_test ?? []).map(({ alertname }) => alertname));
      for (const { alert, group } of ALERTS.filter((one) => asked.has(one.alert.name))) {
        const { input_series = [] } = each;
        const metrics = metricsOf(alert, group);
        const said = input_series.some(({ series }) => metrics.has(/^[\w:]+/.exec(series)?.[0] ?? ''));
        assert.ok(said || input_series.length === 0, `${each.file}: ${each.name}: nothing of ${alert.name}`);
      }
    }
  });

  test('name only families that are exported, with their labels', () => {
    const families = new Map(
      LADDER.flatMap((rung) => Object.values(rung.families)).map((family) => [family.name as string, family.labels]),
    );
    for (const { input_series = [], file } of CASES) {
      for (const { series } of input_series) {
        const [, name = '', labels = ''] = /^([a-z_]+)(?:\{(.*)\})?$/.exec(series) ?? [];
        if (!name.startsWith('meshladder_')) continue;
        const known = families.get(name);
        if (known === undefined) continue;
        const given = [...labels.matchAll(/(\w+)="/g)].map(([, label]) => label ?? '');
        assert.deepEqual(
          given.filter((label) => !known.includes(label) && !OF_TARGETS.includes(label)),
          [],
          `${file}: ${series}`,
        );
      }
    }
  });
});

test('no other file under alerts is taken for rules', () => {
  const there = readdirSync('alerts').filter((name) => name.endsWith('.yaml') || name.endsWith('.yml'));
  const rules = GROUPS.map(({ id }) => `${id}.yaml`);
  assert.deepEqual(
    there.filter((name) => !rules.includes(name) && !name.startsWith('alertmanager')),
    [],
  );
});
