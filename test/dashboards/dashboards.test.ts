import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { LADDER } from '../../src/rungs/index.ts';
import { RUNBOOK_BASE } from '../../src/sinks/alerts/rule-files.ts';
import { ruleGroups } from '../../src/sinks/alerts/rule-groups.ts';
import { COLOURS } from '../../src/sinks/dashboards/panel.ts';
import { SELF_FAMILIES } from '../../src/sinks/metrics/self-families.ts';
import { DASHBOARD_FILES, linksOf, type Place, panelsOf } from '../support/dashboard-files.ts';

function overlap(one: Place, other: Place): boolean {
  return one.x < other.x + other.w && other.x < one.x + one.w && one.y < other.y + other.h && other.y < one.y + one.h;
}

/** Where links that leave Grafana go. */
const EXPORTER = '${meshladder:raw}';
/** Colours that mean something, by Grafana's names. */
const COLOUR_NAMES: readonly string[] = Object.values(COLOURS);

for (const file of DASHBOARD_FILES) {
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
      for (const { title, fieldConfig } of panelsOf(file)) {
        assert.ok((fieldConfig?.defaults.thresholds.steps.length ?? 0) > 0, title);
      }
    });

    test('a query of a panel has a name of its own, and a text has words', () => {
      for (const { title, targets = [], type, options } of panelsOf(file)) {
        if (type === 'text') assert.ok((options?.content ?? '').length > 200, title);
        const names = targets.map(({ refId }) => refId);
        assert.deepEqual(names, [...new Set(names)], title);
      }
    });

    test('what is not known looks like neither good nor none', () => {
      assert.ok(panelsOf(file).some(({ title }) => title === 'Age of what is known'));
      for (const { title, type, fieldConfig, targets = [] } of panelsOf(file)) {
        assert.equal(fieldConfig?.defaults.noValue, 'not known', title);
        const special = fieldConfig?.defaults.mappings.find((each) => each.type === 'special');
        if (type === 'stat') assert.match(JSON.stringify(special), /null\+nan.*not known.*gray/, title);
        // Series that are there only while something is so have a line for the time in which nothing is.
        const isPart = type === 'timeseries' && targets.some(({ expr }) => /(?: > 0|^topk\(.* > 0\))$/.test(expr));
        if (isPart) {
          assert.deepEqual(
            targets.slice(1).map(({ legendFormat }) => legendFormat),
            ['none'],
            title,
          );
        }
      }
    });

    test('colours are told apart by colour-blind eyes', () => {
      const used = [...JSON.stringify(file).matchAll(/"(?:color|fixedColor)":"([^"]+)"/g)].map(
        ([, colour]) => colour ?? '',
      );
      assert.ok(used.length > 0);
      for (const colour of used) assert.ok(COLOUR_NAMES.includes(colour) || /^#[0-9A-F]{6}$/.test(colour), colour);
    });

    test('alerts and pushes are drawn over it', () => {
      const [alerts, pushes] = file.annotations.list;
      assert.match(alerts?.expr ?? '', /^ALERTS\{alertstate="firing"/);
      assert.match(pushes?.expr ?? '', /pilot_xds_pushes/);
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

    test('all of a variable is everything, but of one that follows what the others come to', () => {
      for (const { name, type, hide, allValue } of file.templating.list) {
        if (type === 'query') assert.equal(allValue, hide === 0 ? '.+' : undefined, name);
      }
    });

    test('links lead to dashboards that there are, with variables that these have, by fields that the row has', () => {
      for (const panel of panelsOf(file)) {
        const columns = (panel.transformations ?? []).flatMap(({ options }) =>
          Object.values(options.renameByName ?? {}),
        );
        for (const { url } of linksOf(panel)) {
          for (const [, field = ''] of url.matchAll(/__data\.fields\.(\w+)/g)) {
            assert.ok(columns.includes(field), `${panel.title}: ${field}`);
          }
          if (!url.startsWith(EXPORTER)) assertLeadsToDashboard(url);
        }
      }
    });

    test('the page of the exporter is one click away, wherever the exporter is', () => {
      const where = file.templating.list.find(({ name }) => name === 'meshladder');
      assert.deepEqual([where?.type, where?.current.value], ['textbox', new URL(RUNBOOK_BASE).origin]);
      assert.ok(file.links.some(({ type, url }) => type === 'link' && url === `${EXPORTER}/`));
    });
  });
}

function assertLeadsToDashboard(url: string): void {
  const [, uid, query = ''] = /^\/d\/([\w-]+)\?(.*)$/.exec(url) ?? [];
  const there = DASHBOARD_FILES.find((each) => each.uid === uid)?.templating.list.map(({ name }) => name);
  assert.ok(there !== undefined, url);
  for (const [, name = ''] of query.matchAll(/var-(\w+)=/g)) assert.ok(there.includes(name), `${url}: ${name}`);
}

test('proxies of every table lead to the dashboard of the proxy', () => {
  for (const file of DASHBOARD_FILES.filter(({ uid }) => uid !== 'meshladder-proxy')) {
    for (const panel of panelsOf(file)) {
      const hasProxy = panel.transformations?.some(({ options }) => options.renameByName?.['proxy'] !== undefined);
      if (hasProxy !== true) continue;
      assert.ok(
        linksOf(panel).some(({ url }) => url.startsWith('/d/meshladder-proxy?')),
        panel.title,
      );
    }
  }
});

test('every alert has a panel that leads to its runbook, and no panel leads to one that there is not', () => {
  const linked = DASHBOARD_FILES.flatMap((file) => panelsOf(file).flatMap(linksOf)).flatMap(
    ({ url }) => /^\$\{meshladder:raw\}\/runbooks\/(\w+)$/.exec(url)?.[1] ?? [],
  );
  const alerts = ruleGroups(LADDER).flatMap(({ id, rules }) => rules.alerts.map(({ name }) => ({ id, name })));
  assert.deepEqual(
    linked.filter((name) => !alerts.some((alert) => alert.name === name)),
    [],
  );
  // Those on Istio's own metrics share the runbooks of ours.
  const ours = alerts.filter(({ id }) => id !== 'istio-metrics').map(({ name }) => name);
  assert.deepEqual(
    ours.filter((name) => !linked.includes(name)),
    [],
  );
});

test('each dashboard stays small enough to be read and to be loaded', () => {
  for (const file of DASHBOARD_FILES)
    assert.ok(panelsOf(file).length <= 25, `${file.uid}: ${panelsOf(file).length} panels`);
});

test('every family that an alert reads is on a dashboard', () => {
  const shown = DASHBOARD_FILES.flatMap((each) => panelsOf(each))
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
