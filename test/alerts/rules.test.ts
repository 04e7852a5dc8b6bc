import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { LADDER } from '../../src/rungs/index.ts';
import { ruleGroups } from '../../src/sinks/alerts/rule-groups.ts';
import { findTool } from '../support/tools.ts';
import { CANNOT, KINDS, kindsAsked } from './case-kinds.ts';
import { scrapesMissed } from './missed-scrapes.ts';

const promtool = findTool('promtool');
const skip = promtool === undefined ? 'no promtool here: `node scripts/test-tools.ts` tries to get one' : false;

interface Asked {
  readonly eval_time: string;
  readonly alertname: string;
  readonly exp_alerts?: readonly unknown[];
}

interface RuleTests {
  readonly rule_files: readonly string[];
  readonly tests: readonly {
    readonly name: string;
    readonly input_series?: readonly { readonly series: string; readonly values: string }[];
    readonly alert_rule_test?: readonly Asked[];
  }[];
}

const GROUPS = ruleGroups(LADDER);
const ALERTS = GROUPS.flatMap(({ id, rules }) => rules.alerts.map((alert) => ({ id, alert })));
const FILES = readdirSync('alerts/tests').filter((name) => name.endsWith('.yaml'));
const CASES = FILES.flatMap((file) => {
  const { tests } = parse(readFileSync(join('alerts/tests', file), 'utf8')) as RuleTests;
  return tests.map((each) => ({ ...each, file }));
});

function kindsOf(name: string): readonly string[] {
  return name.includes(':') ? name.slice(0, name.indexOf(':')).split(', ') : [];
}

const folder = mkdtempSync(join(tmpdir(), 'meshladder-rules-'));
after(() => rmSync(folder, { recursive: true }));

describe('rule files', { skip }, () => {
  for (const { id } of GROUPS) {
    test(`alerts/${id}.yaml is one that Prometheus takes`, async () => {
      await promisify(execFile)(promtool!, ['check', 'rules', `alerts/${id}.yaml`]);
    });
  }
  for (const file of FILES) {
    test(`alerts/tests/${file}`, async () => {
      await promisify(execFile)(promtool!, ['test', 'rules', join('alerts/tests', file)]);
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
    await promisify(execFile)(promtool!, ['test', 'rules', file]);
  });
});

/** Whether a case proves of an alert what its name says. */
function proves(kind: string, { input_series = [] }: (typeof CASES)[number], asked: readonly Asked[]): boolean {
  const fires = asked.some(({ exp_alerts = [] }) => exp_alerts.length > 0);
  if (asked.length === 0) return false;
  if (kind === 'fires') return fires;
  if (kind === 'restart') return scrapesMissed(input_series).length > 0;
  if (kind === 'missed scrape') return !fires && scrapesMissed(input_series).length === 1;
  return !fires;
}

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
  ...['Down', 'SourceStale', 'UnparsedLogs', 'SeriesCapped'].map((end) => `Meshladder${end}`),
];

describe('every alert', () => {
  for (const group of GROUPS) {
    for (const alert of group.rules.alerts) {
      const kinds = kindsAsked(alert, group);
      test(`${alert.name} has cases: ${kinds.join(', ')}`, () => {
        const proven = new Set<string>();
        for (const each of CASES.filter(({ file }) => file === `${group.id}.yaml`)) {
          const asked = (each.alert_rule_test ?? []).filter(({ alertname }) => alertname === alert.name);
          for (const kind of kindsOf(each.name)) if (proves(kind, each, asked)) proven.add(kind);
        }
        assert.deepEqual(
          kinds.filter((kind) => !proven.has(kind)),
          [],
        );
      });
    }
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
      const always = alert.description.replaceAll(/\{\{ range .*?\{\{ end \}\}/g, '');
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
    for (const { name, file, ...each } of CASES) {
      const kinds = kindsOf(name);
      const known = kinds.length > 0 && kinds.every((kind) => (KINDS as readonly string[]).includes(kind));
      assert.ok(known, `${file}: ${name}`);
      const asked = Map.groupBy(each.alert_rule_test ?? [], ({ alertname }) => alertname);
      for (const kind of kinds) {
        const some = [...asked.values()].some((asks) => proves(kind, { name, file, ...each }, asks));
        assert.ok(some, `${file}: ${name}: proves ${kind} of no alert`);
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
