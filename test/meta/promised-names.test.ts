import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { COMMANDS } from '../../src/cli/program.ts';
import { FIELDS } from '../../src/config/overrides.ts';
import { LADDER } from '../../src/rungs/index.ts';
import type { FamilySpec } from '../../src/rungs/rung.ts';
import { ruleGroups } from '../../src/sinks/alerts/rule-groups.ts';
import type { Values } from '../../src/sinks/deploy/value.ts';
import { chartValues } from '../../src/sinks/deploy/values/chart-values.ts';
import { SELF_FAMILIES } from '../../src/sinks/metrics/self-families.ts';

/** What somebody's rules, dashboards and files of values name. Adding is free; experimental families may still change. */
const FILE = new URL('../golden/promised-names.txt', import.meta.url);

function names(): readonly string[] {
  const families: readonly FamilySpec[] = [
    ...LADDER.flatMap((rung): FamilySpec[] => Object.values(rung.families)),
    ...Object.values(SELF_FAMILIES),
  ];
  return [
    ...families.filter(({ stability }) => stability === 'stable').flatMap(ofFamily),
    ...ruleGroups(LADDER).flatMap(({ rules }) => rules.alerts.map(({ name }) => `alert ${name}`)),
    ...[...FIELDS.keys()].map((path) => `key ${path}`),
    ...valuePaths(chartValues()).map((path) => `value ${path}`),
    ...COMMANDS.map(({ name }) => `command ${name}`),
  ].sort();
}

function ofFamily({ name, type, labels }: FamilySpec): readonly string[] {
  return [`${type} ${name}`, ...labels.map((label) => `${type} ${name} ${label}`)];
}

function valuePaths(values: Values): readonly string[] {
  return Object.entries(values).flatMap(([key, value]) =>
    value.kind === 'value' ? [key] : valuePaths(value.values).map((path) => `${key}.${path}`),
  );
}

test('no name that people rely on is gone or renamed without their being told', async () => {
  const now = names();
  if (process.env['UPDATE_GOLDEN'] === '1') await writeFile(FILE, `${now.join('\n')}\n`);
  const promised = (await readFile(FILE, 'utf8')).trimEnd().split('\n');
  assert.ok(promised.length > 300, `${promised.length} names`);
  assert.deepEqual(
    promised.filter((name) => !now.includes(name)),
    [],
    'gone: it takes an ADR and a line in CHANGELOG.md (docs/upgrade.md), then run this test with UPDATE_GOLDEN=1',
  );
});
