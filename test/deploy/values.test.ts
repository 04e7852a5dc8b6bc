import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { FIELDS } from '../../src/config/overrides.ts';
import { VARIANTS } from '../support/chart.ts';
import { readSource } from '../support/source-files.ts';

interface Schema {
  readonly type?: unknown;
  readonly additionalProperties?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly definitions?: Readonly<Record<string, Schema>>;
  readonly description?: string;
}

const schema = JSON.parse(readSource('deploy/chart/values.schema.json')) as Schema;
const valid = new Ajv({ strict: false, allErrors: true }).compile(schema);
const values = parse(readSource('deploy/chart/values.yaml')) as Readonly<Record<string, unknown>>;

test('the schema takes the values that the chart comes with, and those of every variant', () => {
  for (const given of [
    values,
    ...VARIANTS.map((variant) => parse(readSource(`deploy/chart/ci/${variant}-values.yaml`)) as unknown),
  ]) {
    assert.ok(valid(given), JSON.stringify(valid.errors));
  }
});

test('each value of the schema has its default and its row in the README, and the other way round', () => {
  const paths = leaves(schema, '');
  const readme = readSource('deploy/chart/README.md');
  const rows = [...readme.matchAll(/^\| `([\w.]+)` \|/gm)].map(([, path = '']) => path);
  assert.deepEqual(rows.toSorted(), paths.toSorted());
  for (const path of paths) assert.notEqual(path.split('.').reduce<unknown>(into, values), undefined, path);
});

test('every key of the configuration can be set, but the role', () => {
  const config = schema.definitions?.['config'];
  for (const path of FIELDS.keys()) {
    const found = path.split('.').reduce<Schema | undefined>((inner, key) => inner?.properties?.[key], config);
    assert.equal(found !== undefined, path !== 'role', path);
  }
});

const REFUSED: readonly unknown[] = [
  { config: { istiod: { interval: 10 } } },
  { config: { kubernetes: { mode: false } } },
  { config: { inspect: { concurrency: 0 } } },
  { central: { config: { web: { telemetryPath: 'metrics' } } } },
  { image: { digest: 'sha256:abc' } },
  { serviceMonitor: { enabled: 'yes' } },
  { networkPolicy: { egress: { apiServerPorts: ['443'] } } },
  { agent: { checkpoint: { hostPath: 'relative' } } },
];

for (const given of REFUSED) {
  test(`the schema refuses ${JSON.stringify(given)}`, () => {
    assert.equal(valid(given), false);
  });
}

/** Values that stand by themselves: groups are closed objects that name what is in them. */
function leaves({ properties = {} }: Schema, above: string): readonly string[] {
  return Object.entries(properties).flatMap(([key, inner]) => {
    if (above === '' && key === 'global') return [];
    const path = above === '' ? key : `${above}.${key}`;
    return inner.properties === undefined ? [path] : leaves(inner, path);
  });
}

function into(value: unknown, key: string): unknown {
  return (value as Readonly<Record<string, unknown>>)[key];
}
