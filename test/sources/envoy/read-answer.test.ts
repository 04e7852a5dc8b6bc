import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { EnvoyAnswerError } from '../../../src/sources/envoy/envoy-answer-error.ts';
import {
  CHECKOUT,
  dumpPath,
  GATEWAY,
  PAYMENT,
  REVIEWS,
  readDumpFixture,
  readDumpText,
  readDumpValue,
} from '../../support/envoy-dump.ts';
import { fixturePath } from '../../support/syncz.ts';

/** Clusters, listeners, routes, endpoint assignments, endpoints. */
type Counts = readonly (number | undefined)[];

/** What a person counts in the recordings. */
const RECORDED: readonly (readonly [file: string, spelling: string, ...counts: Counts])[] = [
  [`healthy/${CHECKOUT}.envoy`, 'snake', 28, 15, 10, 28, 24],
  [`healthy/${CHECKOUT}.envoy-without-eds`, 'snake', 28, 15, 10, undefined, undefined],
  [`healthy/${GATEWAY}.envoy`, 'snake', 25, 3, 3, 25, 24],
  [`healthy/${PAYMENT}.envoy`, 'snake', 28, 15, 10, 28, 24],
  [`nack/${REVIEWS}.envoy`, 'snake', 28, 15, 12, 28, 24],
  [`healthy/${CHECKOUT}.istiod`, 'camel', 24, 13, 6, 20, 20],
  [`healthy/${GATEWAY}.istiod`, 'camel', 21, 1, 1, 20, 20],
  [`stale/${CHECKOUT}.istiod-rds`, 'camel', undefined, undefined, 6, undefined, undefined],
];
for (const [file, spelling, ...counts] of RECORDED) {
  test(`reads ${file}`, async () => {
    const { config } = await readDumpFixture(file);
    const hosts = config?.endpoints?.flatMap(({ endpoints }) => endpoints).length;
    assert.deepEqual(
      [config?.spelling, config?.clusters?.length, config?.listeners?.length, config?.routes?.length],
      [spelling, ...counts.slice(0, 3)],
    );
    assert.deepEqual([config?.endpoints?.length, hosts], counts.slice(3));
    assert.deepEqual(config?.problems, []);
  });
}

describe('also what istioctl prints', () => {
  const cases = { clusters: 28, listeners: 15, routes: 10 } as const;
  for (const [section, count] of Object.entries(cases) as [keyof typeof cases, number][]) {
    test(`proxy-config ${section} -o json`, async () => {
      const { config } = await readDumpText(await readFile(fixturePath(`istioctl/pc-${section}.checkout.json.gz`)));
      assert.equal(config?.[section]?.length, count);
      assert.equal(config?.spelling, 'camel');
    });
  }

  test('proxy-config endpoints -o json, which is of /clusters', async () => {
    const { statuses } = await readDumpText(await readFile(fixturePath('istioctl/pc-endpoints.checkout.json.gz')));
    assert.equal(statuses?.length, 22);
    assert.equal(statuses?.flatMap(({ hosts }) => hosts).length, 24);
  });

  test('proxy-config bootstrap', async () => {
    const { config } = await readDumpText(await readFile(fixturePath('istioctl/pc-bootstrap.checkout.json.gz')));
    assert.equal(config?.bootstrap?.node.pod, 'checkout-v1-5c7d8e9f6b-qw4rt');
  });

  test('proxy-config log, behind lines of its own log', async () => {
    const { loggers } = await readDumpText(await readFile(fixturePath('istioctl/pc-log-set.checkout.txt')));
    assert.equal(loggers?.length, 71);
    assert.deepEqual(
      loggers?.find(({ name }) => name === 'rbac'),
      { name: 'rbac', level: 'debug' },
    );
    const reset = await readDumpText(await readFile(fixturePath('istioctl/pc-log-reset.checkout.txt')));
    assert.ok(reset.loggers?.every(({ level }) => level === 'warning'));
  });

  test('a dump behind log lines', async () => {
    const { config } = await readDumpText(
      '2026-11-21T02:31:46.592472Z\twarn\tsomething\n\n{"configs":[{"@type":"x/envoy.admin.v3.ScopedRoutesConfigDump"}]}',
    );
    assert.deepEqual(config?.problems, []);
  });
});

test('a rejected listener is told once, and is not a listener of its own', async () => {
  const { config } = await readDumpFixture(`nack/${REVIEWS}.envoy`);
  assert.deepEqual(
    config?.rejections.map(({ section, name }) => [section, name]),
    [['listeners', 'virtualInbound']],
  );
  assert.match(config?.rejections[0]?.details ?? '', /^Didn't find a registered implementation/);
  assert.equal(config?.listeners?.filter(({ name }) => name === 'virtualInbound').length, 1);
  assert.ok(config?.listeners?.every(({ state }) => state === 'static' || state === 'active'));
});

test('a rejected listener without an older one is there as rejected', async () => {
  const error_state = { failed_configuration: { name: 'new', filter_chains: [] }, details: 'no' };
  const { config } = await readDumpValue({
    configs: [
      { '@type': 'type.googleapis.com/envoy.admin.v3.ListenersConfigDump', dynamic_listeners: [{ error_state }] },
    ],
  });
  assert.deepEqual(
    config?.listeners?.map(({ name, state }) => [name, state]),
    [['new', 'rejected']],
  );
});

test('resources that are asked for by ?resource= or ?types= stand bare', async () => {
  const { config } = await readDumpValue({
    configs: [
      { '@type': 'type.googleapis.com/envoy.config.cluster.v3.Cluster', name: 'outbound|80|v1|a.b' },
      { '@type': 'type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment', clusterName: 'x' },
    ],
  });
  assert.deepEqual(config?.clusters?.[0]?.parsed, { direction: 'outbound', port: 80, subset: 'v1', fqdn: 'a.b' });
  assert.deepEqual(config?.endpoints?.[0]?.endpoints, []);
  assert.equal(config?.listeners, undefined);
});

const SECTION = 'type.googleapis.com/envoy.admin.v3.';
const REFUSED: readonly (readonly [what: string, text: string | Uint8Array, message: RegExp])[] = [
  ['nothing', '', /^it is empty$/],
  ['blanks', ' \n ', /^it is empty$/],
  [
    "istiod's refusal",
    'Proxy not connected to this Pilot instance.\n',
    /^not JSON: it begins with "Proxy not connected/,
  ],
  ['a table of istioctl', 'SERVICE FQDN   PORT\n', /^not JSON/],
  ['what steers a terminal', '\u001b[2Jx', /^not JSON: it begins with "\\u001b\[2Jx"$/],
  ['a number', '[1]', /^a list with nothing in it to read$/],
  ['an empty list', '[]', /^a list with nothing/],
  ['another list', '[{"a":1}]', /^a list of neither clusters, listeners, routes nor endpoints$/],
  ['an empty object', '{}', /^neither a config dump nor .* it has no fields$/],
  ['another object', '{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6}', /it has "a", "b", "c", "d", "e", …$/],
  ['configs that are no list', '{"configs":{}}', /^its "configs" is not a list$/],
  ['configs without types', '{"configs":[1,{}]}', /^its "configs" hold nothing/],
  [
    'a section that is no list',
    `{"configs":[{"@type":"${SECTION}ClustersConfigDump","static_clusters":7}]}`,
    /static_clusters is not a list$/,
  ],
  ['half a dump', '{"configs":[', /^the JSON is cut off before its end$/],
  ['a slip', '{"configs": [1 2]}', /^not valid JSON \(at byte \d+\)$/],
  ['deep nesting', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, /^it nests deeper than 256 levels$/],
  [
    'more values than any dump of its size has',
    `[${'{},'.repeat(6_100_000)}{}]`,
    /^it holds more than 5592405 values$/,
  ],
  ['half a gzip file', gzipSync('{"configs":[]}'.repeat(99)).subarray(0, 30), /gzip file and is not a whole one$/],
];
for (const [what, text, message] of REFUSED) {
  test(`refuses ${what}`, async () => {
    await assert.rejects(readDumpText(text), (error) => {
      assert.ok(error instanceof EnvoyAnswerError);
      assert.match(error.message, message);
      return true;
    });
  });
}

test('a text beyond the limit is refused, also one that is small before it is unpacked', async () => {
  const bomb = gzipSync(Buffer.alloc(5_000_000, ' '));
  for (const text of [Buffer.alloc(1_001, ' '), bomb]) {
    await assert.rejects(readDumpText(text, 1 << 20 > text.length ? 1_000 : text.length), /longer than|MiB/);
  }
});

test('what is not a resource is left out, and said', async () => {
  const { config } = await readDumpValue({
    configs: [
      7,
      {
        '@type': `${SECTION}ClustersConfigDump`,
        static_clusters: [null, {}, { cluster: 3 }, { cluster: { name: 'a' } }],
        dynamic_active_clusters: null,
      },
    ],
  });
  assert.deepEqual(
    config?.clusters?.map(({ name }) => name),
    ['a'],
  );
  assert.deepEqual(config?.problems, [
    'an entry of "configs" is not an object',
    'an entry of static_clusters has no cluster (3 times)',
  ]);
});

test('names that are keys of every object are names like others', async () => {
  const text = `{"configs":[{"@type":"${SECTION}constructor"},{"@type":"${SECTION}ClustersConfigDump","__proto__":{"static_clusters":7},
    "static_clusters":[{"cluster":{"name":"__proto__","metadata":{"filter_metadata":{"istio":{"config":"a/b"}}}}}]}]}`;
  const { config } = await readDumpText(text);
  assert.deepEqual(
    config?.clusters?.map(({ name, destinationRule }) => [name, destinationRule]),
    [['__proto__', '<unknown>']],
  );
});

describe('whatever comes', () => {
  test('of any shape is read or refused in words', async () => {
    const json = fc.jsonValue({ maxDepth: 6 });
    const section = fc.constantFrom('Clusters', 'Listeners', 'Routes', 'Endpoints', 'Bootstrap');
    const config = fc.tuple(section, fc.dictionary(fc.constantFrom(...FIELDS), json)).map(([name, fields]) => ({
      '@type': `${SECTION}${name}ConfigDump`,
      ...fields,
    }));
    const answer = fc.oneof(
      json,
      fc.array(config).map((configs) => ({ configs })),
      fc.array(fc.dictionary(fc.constantFrom(...FIELDS), json)),
    );
    await fc.assert(
      fc.asyncProperty(answer, async (value) => {
        try {
          await readDumpValue(value);
        } catch (error) {
          assert.ok(error instanceof EnvoyAnswerError, String(error));
        }
      }),
      { numRuns: 500 },
    );
  });

  test('with any part of a real dump replaced is read or refused in words', async () => {
    const { configs } = JSON.parse(
      gunzipSync(await readFile(dumpPath(`healthy/${GATEWAY}.envoy`))).toString('utf8'),
    ) as {
      configs: unknown[];
    };
    const small = configs.slice(1);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(), { minLength: 1, maxLength: 12 }),
        fc.jsonValue({ maxDepth: 2 }),
        async (path, value) => {
          try {
            await readDumpValue({ configs: replaced(small, path, value) });
          } catch (error) {
            assert.ok(error instanceof EnvoyAnswerError, String(error));
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  test('cut anywhere is refused in words', async () => {
    const whole = gunzipSync(await readFile(dumpPath(`healthy/${GATEWAY}.istiod`))).subarray(0, 20_000);
    for (let length = 1; length < whole.length; length += 311) {
      await assert.rejects(readDumpText(whole.subarray(0, length)), EnvoyAnswerError);
    }
  });
});

const FIELDS = [
  'dynamic_listeners',
  'static_clusters',
  'dynamic_route_configs',
  'static_endpoint_configs',
  'bootstrap',
  'name',
  'type',
  'address',
  'virtual_hosts',
  'cluster_name',
  'host_statuses',
  'active_state',
  'error_state',
];

/** A copy in which what a path of indices leads to is another value. */
function replaced(value: unknown, [nth = 0, ...rest]: readonly number[], by: unknown): unknown {
  if (typeof value !== 'object' || value === null) return by;
  const keys = Object.keys(value);
  const key = keys[nth % keys.length];
  if (key === undefined) return by;
  const inner = rest.length === 0 ? by : replaced((value as Record<string, unknown>)[key], rest, by);
  if (Array.isArray(value)) return value.map((each: unknown, at) => (String(at) === key ? inner : each));
  return { ...value, [key]: inner };
}
