import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { LADDER } from '../../src/rungs/index.ts';
import { ruleGroups } from '../../src/sinks/alerts/rule-groups.ts';
import { DASHBOARDS } from '../../src/sinks/dashboards/dashboards.ts';
import { SELF_FAMILIES } from '../../src/sinks/metrics/self-families.ts';
import { filledIn } from '../support/dashboard-queries.ts';
import { findTool } from '../support/tools.ts';

interface Place {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

interface PanelFile {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: { readonly uid: string };
  readonly gridPos: Place;
  readonly targets?: readonly {
    readonly refId: string;
    readonly expr: string;
    readonly datasource: { readonly uid: string };
  }[];
  readonly fieldConfig?: {
    readonly defaults: { readonly unit: string; readonly thresholds: { readonly steps: readonly object[] } };
    readonly overrides: readonly {
      readonly matcher: { readonly options: string };
      readonly properties: readonly { readonly id: string; readonly value: unknown }[];
    }[];
  };
  readonly options?: { readonly content?: string };
  readonly transformations?: readonly {
    readonly options: { readonly renameByName?: Readonly<Record<string, string>> };
  }[];
}

interface DashboardFile {
  readonly uid: string;
  readonly title: string;
  readonly editable: boolean;
  readonly tags: readonly string[];
  readonly schemaVersion: number;
  readonly panels: readonly PanelFile[];
  readonly templating: {
    readonly list: readonly {
      readonly name: string;
      readonly label: string;
      readonly type: string;
      readonly refresh: number;
      readonly query: unknown;
      readonly allValue?: string;
      readonly multi: boolean;
    }[];
  };
}

const FILES = DASHBOARDS.map(({ uid }) => JSON.parse(readFileSync(`dashboards/${uid}.json`, 'utf8')) as DashboardFile);
const UNITS = ['short', 'none', 'percentunit', 'reqps', 'cps', 'ops', 's', 'bytes', 'dateTimeFromNow', 'dateTimeAsIso'];
const promtool = findTool('promtool');
const skip = promtool === undefined ? 'no promtool here: `node scripts/test-tools.ts` tries to get one' : false;

function panelsOf({ panels }: DashboardFile): readonly PanelFile[] {
  return panels.filter(({ type }) => type !== 'row');
}

function overlap(one: Place, other: Place): boolean {
  return one.x < other.x + other.w && other.x < one.x + one.w && one.y < other.y + other.h && other.y < one.y + one.h;
}

for (const file of FILES) {
  describe(`${file.uid}.json`, () => {
    test('is a file that Grafana takes as it is', () => {
      assert.match(file.uid, /^[a-zA-Z0-9_-]{1,40}$/);
      assert.equal(file.editable, false);
      assert.equal(file.schemaVersion, 39);
      for (const key of ['id', 'version', '__inputs']) assert.ok(!Object.hasOwn(file, key), key);
      assert.ok(file.tags.includes('meshladder'));
    });

    test('each panel has an id, a place, a title and what to think of it', () => {
      const ids = file.panels.map(({ id }) => id);
      assert.deepEqual(ids, [...new Set(ids)]);
      for (const [nth, panel] of file.panels.entries()) {
        const { x, w } = panel.gridPos;
        assert.ok(x >= 0 && w > 0 && x + w <= 24, panel.title);
        for (const other of file.panels.slice(nth + 1)) {
          assert.ok(!overlap(panel.gridPos, other.gridPos), `${panel.title} covers ${other.title}`);
        }
      }
      for (const { title, description = '', type, fieldConfig } of panelsOf(file)) {
        assert.match(description, /^[A-Za-z].{30,}\.$/, title);
        if (type !== 'text') assert.ok(UNITS.includes(fieldConfig?.defaults.unit ?? ''), title);
        assert.ok((fieldConfig?.defaults.thresholds.steps.length ?? 0) > 0, title);
      }
    });

    test('each query goes to the chosen data source and is narrowed to the job', () => {
      for (const { title, targets = [], type, datasource, options } of panelsOf(file)) {
        assert.equal(datasource?.uid, '${datasource}', title);
        if (type === 'text') assert.ok((options?.content ?? '').length > 200, title);
        else assert.ok(targets.length > 0, title);
        assert.deepEqual(
          targets.map(({ refId }) => refId),
          [...new Set(targets.map(({ refId }) => refId))],
          title,
        );
        for (const { expr, datasource: own } of targets) {
          assert.equal(own.uid, '${datasource}');
          const selectors = [...expr.matchAll(/\b(?:meshladder|process)_[a-z_]+(\{[^}]*\})?/g)];
          assert.ok(selectors.length > 0, title);
          for (const [whole, matchers = ''] of selectors) assert.match(matchers, /job=~"\$job"/, `${title}: ${whole}`);
          for (const [, range] of expr.matchAll(/\brate\([^[]*\[([^\]]+)\]/g))
            assert.equal(range, '$__rate_interval', title);
          // A counter says nothing by itself.
          for (const [, before = ''] of expr.matchAll(/(\w*\(?)meshladder_[a-z_]+_total/g)) {
            assert.match(before, /^(rate|increase)\($/, `${title}: ${expr}`);
          }
        }
      }
    });

    test('names only families that are exported, and labels that they have', () => {
      const families = new Map(
        [...LADDER.flatMap((rung) => Object.values(rung.families)), ...Object.values(SELF_FAMILIES)].map((family) => [
          family.name as string,
          family.labels as readonly string[],
        ]),
      );
      const queries = [
        ...panelsOf(file).flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
        ...file.templating.list.map(({ query }) => JSON.stringify(query).replaceAll('\\"', '"')),
      ];
      for (const expr of queries) {
        for (const [, name = '', matchers = ''] of expr.matchAll(/\b(meshladder_[a-z_]+)(?:\{([^}]*)\})?/g)) {
          const labels = families.get(name);
          assert.ok(labels !== undefined, name);
          const used = [...matchers.matchAll(/(\w+)(?:=~|!=|=|!~)"/g)].map(([, label]) => label ?? '');
          assert.deepEqual(
            used.filter((label) => label !== 'job' && !labels.includes(label)),
            [],
            `${name} in ${expr}`,
          );
        }
      }
    });

    test('a variable is asked for anew with the time, and all is everything', () => {
      const [first, second] = file.templating.list;
      assert.deepEqual([first?.name, first?.type, first?.label], ['datasource', 'datasource', 'Data source']);
      assert.deepEqual([second?.name, second?.label], ['job', 'Job']);
      for (const { type, refresh, multi, allValue } of file.templating.list.slice(1)) {
        assert.equal(type, 'query');
        assert.equal(refresh, 2);
        if (multi) assert.equal(allValue, '.+');
      }
    });

    test('links lead to dashboards that there are, by fields that the row has', () => {
      for (const { title, fieldConfig, transformations = [] } of panelsOf(file)) {
        const columns = transformations.flatMap(({ options }) => Object.values(options.renameByName ?? {}));
        for (const { properties } of fieldConfig?.overrides ?? []) {
          for (const { id, value } of properties) {
            if (id !== 'links') continue;
            const [link] = value as readonly { readonly url: string }[];
            const uid = /^\/d\/([\w-]+)\?/.exec(link?.url ?? '')?.[1];
            assert.ok(
              FILES.some((each) => each.uid === uid),
              `${title}: ${link?.url}`,
            );
            for (const [, field = ''] of (link?.url ?? '').matchAll(/__data\.fields\.(\w+)/g)) {
              assert.ok(columns.includes(field), `${title}: ${field}`);
            }
          }
        }
      }
    });
  });
}

test('each dashboard stays small enough to be read and to be loaded', () => {
  for (const file of FILES) assert.ok(panelsOf(file).length <= 25, `${file.uid}: ${panelsOf(file).length} panels`);
});

test('every query is PromQL', { skip }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'meshladder-dashboards-'));
  const file = join(folder, 'rules.yaml');
  const queries = FILES.flatMap((each) => panelsOf(each)).flatMap(({ targets = [] }) =>
    targets.map(({ expr }) => expr),
  );
  const rules = queries.map((expr, nth) => ({ record: `query:${nth}:now`, expr: filledIn(expr) }));
  writeFileSync(file, JSON.stringify({ groups: [{ name: 'queries', rules }] }));
  try {
    await promisify(execFile)(promtool!, ['check', 'rules', '--lint=none', file]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('every family that an alert reads is on a dashboard', () => {
  const shown = FILES.flatMap((each) => panelsOf(each))
    .flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))
    .join('\n');
  const read = new Set(
    ruleGroups(LADDER).flatMap(({ rules }) =>
      rules.alerts.flatMap((alert) => {
        const values = Object.fromEntries(Object.entries(alert.thresholds).map(([name, { value }]) => [name, value]));
        return [...alert.expr(values).matchAll(/(?<![:\w])(meshladder_[a-z_]+)\b(?!:)/g)].map(([, name]) => name ?? '');
      }),
    ),
  );
  assert.deepEqual(
    [...read].filter((name) => !new RegExp(`\\b${name}\\b`).test(shown)),
    [],
  );
});
