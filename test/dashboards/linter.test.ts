import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { findTool } from '../../scripts/find-tool.ts';
import { DASHBOARD_FILES, type DashboardFile, panelsOf, type TargetFile } from '../support/dashboard-files.ts';
import { filledIn } from '../support/dashboard-queries.ts';

const promtool = findTool('promtool');
const noPromtool = promtool === undefined ? 'no promtool here: `node scripts/test-tools.ts` tries to get one' : false;

/** Units of Grafana that these dashboards use. */
const UNITS = ['short', 'none', 'percentunit', 'reqps', 'cps', 's', 'bytes', 'dateTimeFromNow'];
const CHOSEN = '${datasource}';
/** Prometheus's own, without a job. */
const ALERTS = '(ALERTS{';
const METRIC = /\b(?:meshladder|process)_[a-z_]+(?:\{[^}]*\})?/g;

/** Problems that a rule sees in a dashboard. */
type Rule = (file: DashboardFile) => readonly string[];

function targetsOf(file: DashboardFile): readonly TargetFile[] {
  return panelsOf(file).flatMap(({ targets = [] }) => targets);
}

function wrongTargets(file: DashboardFile, isWrong: (expr: string) => boolean): readonly string[] {
  return targetsOf(file).flatMap(({ expr }) => (isWrong(expr) ? [expr] : []));
}

function wrongPanels(file: DashboardFile, isWrong: (panel: ReturnType<typeof panelsOf>[number]) => boolean): string[] {
  return panelsOf(file).flatMap((panel) => (isWrong(panel) ? [panel.title] : []));
}

function isLike(actual: unknown, expected: object): boolean {
  return Object.entries(expected).every(([key, value]) => {
    const own = (actual as Record<string, unknown> | undefined)?.[key];
    return typeof value === 'object' ? isLike(own, value) : own === value;
  });
}

/**
 * Rules of Grafana's dashboard-linter (lint/rules.go) by their names, those on panels for every type of panel. What
 * PromQL is, promtool says further below.
 */
const RULES: Readonly<Record<string, Rule>> = {
  'template-datasource-rule': ({ templating: { list } }) =>
    isLike(list[0], { name: 'datasource', type: 'datasource', label: 'Data source', query: 'prometheus' })
      ? []
      : ['no variable datasource'],
  'template-job-rule': ({ templating: { list } }) =>
    isLike(list[1], {
      name: 'job',
      type: 'query',
      label: 'Job',
      multi: true,
      allValue: '.+',
      datasource: { uid: CHOSEN },
    })
      ? []
      : ['no variable job'],
  'template-label-promql-rule': ({ templating: { list } }) =>
    list.flatMap(({ name, type, query }) =>
      type !== 'query' || /^label_values\(\w+(\{.*\})?, \w+\)$/.test(typeof query === 'string' ? query : query.query)
        ? []
        : [name],
    ),
  'template-on-time-change-reload-rule': ({ templating: { list } }) =>
    list.flatMap(({ name, type, refresh }) => (type !== 'query' || refresh === 2 ? [] : [name])),
  'panel-datasource-rule': (file) => wrongPanels(file, ({ datasource }) => datasource?.uid !== CHOSEN),
  'panel-title-description-rule': (file) =>
    wrongPanels(file, ({ title, description = '' }) => title === '' || !/^[A-Za-z].{30,}\.$/.test(description)),
  'panel-units-rule': (file) =>
    wrongPanels(file, ({ type, fieldConfig }) => type !== 'text' && !UNITS.includes(fieldConfig?.defaults.unit ?? '')),
  'panel-no-targets-rule': (file) =>
    wrongPanels(file, ({ type, targets = [] }) => type !== 'text' && targets.length === 0),
  'target-logql-rule': (file) =>
    targetsOf(file).flatMap(({ expr, datasource }) => (datasource.uid === CHOSEN ? [] : [expr])),
  'target-logql-auto-rule': (file) => wrongTargets(file, (expr) => expr.includes('$__auto')),
  'target-rate-interval-rule': (file) =>
    wrongTargets(file, (expr) =>
      [...expr.matchAll(/\bi?rate\([^[]*\[([^\]]+)\]/g)].some(([, of]) => of !== '$__rate_interval'),
    ),
  'target-job-rule': (file) =>
    wrongTargets(file, (expr) => {
      const selectors = expr.match(METRIC) ?? [];
      if (expr.includes(ALERTS)) return selectors.length > 0;
      return selectors.length === 0 || selectors.some((selector) => !selector.includes('{job=~"$job"'));
    }),
  'target-counter-agg-rule': (file) =>
    wrongTargets(file, (expr) =>
      [...expr.matchAll(/(\w*\(?)meshladder_[a-z_]+_total/g)].some(
        ([, before = '']) => !/^(rate|increase)\($/.test(before),
      ),
    ),
  'uneditable-dashboard': ({ editable }) => (editable ? ['editable'] : []),
};

/** All that the linter has. */
const ALL = [...Object.keys(RULES), 'target-promql-rule', 'template-instance-rule', 'target-instance-rule'].toSorted();

interface LintFile {
  readonly exclusions: Readonly<
    Record<
      string,
      { readonly reason: string; readonly entries?: readonly { readonly dashboard: string; readonly panel: string }[] }
    >
  >;
}

describe('rules of dashboard-linter', () => {
  const { exclusions } = parse(readFileSync('dashboards/.lint', 'utf8')) as LintFile;

  test('those that are left out are named, with a reason, for those who run the linter', () => {
    assert.equal(ALL.length, 17);
    const [whole, single] = [
      Object.keys(exclusions).filter((name) => exclusions[name]?.entries === undefined),
      Object.keys(exclusions).filter((name) => exclusions[name]?.entries !== undefined),
    ];
    assert.deepEqual(whole.toSorted(), ['target-instance-rule', 'template-instance-rule']);
    assert.deepEqual(single, ['target-job-rule']);
    const onAlerts = DASHBOARD_FILES.flatMap((file) =>
      panelsOf(file)
        .filter(({ targets = [] }) => targets.some(({ expr }) => expr.includes(ALERTS)))
        .map(({ title }) => ({ dashboard: file.title, panel: title })),
    );
    assert.deepEqual(exclusions['target-job-rule']?.entries, onAlerts);
    for (const { reason } of Object.values(exclusions)) assert.ok(reason.length > 30, reason);
  });

  for (const [name, problems] of Object.entries(RULES)) {
    test(name, () => {
      for (const file of DASHBOARD_FILES) assert.deepEqual(problems(file), [], file.uid);
    });
  }

  test('target-promql-rule', { skip: noPromtool }, async () => {
    const annotations = DASHBOARD_FILES.flatMap(({ annotations: { list } }) => list.map(({ expr }) => expr));
    const variables = DASHBOARD_FILES.flatMap(({ templating: { list } }) =>
      list.flatMap(({ query }) =>
        typeof query === 'string' ? [] : [/^label_values\((.*), \w+\)$/.exec(query.query)?.[1] ?? ''],
      ),
    );
    const panels = DASHBOARD_FILES.flatMap((file) => targetsOf(file).map(({ expr }) => expr));
    assert.ok(panels.length > 100 && variables.length > 14 && annotations.length === 2 * DASHBOARD_FILES.length);
    const folder = mkdtempSync(join(tmpdir(), 'meshladder-dashboards-'));
    const file = join(folder, 'rules.yaml');
    const rules = [...panels, ...variables, ...annotations].map((expr, nth) => ({
      record: `query:${nth}:now`,
      expr: filledIn(expr),
    }));
    writeFileSync(file, JSON.stringify({ groups: [{ name: 'queries', rules }] }));
    try {
      await promisify(execFile)(promtool!, ['check', 'rules', '--lint=none', file]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
