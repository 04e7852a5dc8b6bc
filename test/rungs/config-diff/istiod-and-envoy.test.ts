import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { EnvoyConfig } from '../../../src/model/envoy-config.ts';
import { diffIstiodAndEnvoy } from '../../../src/rungs/config-diff/istiod-and-envoy.ts';
import {
  CHECKOUT,
  type DumpJson,
  GATEWAY,
  PAYMENT,
  REVIEWS,
  readConfigFixture,
  readDumpJson,
  readDumpValue,
} from '../../support/envoy-dump.ts';

const RECORDED: readonly (readonly [pair: string, differs: readonly string[]])[] = [
  [`healthy/${CHECKOUT}`, []],
  [`healthy/${GATEWAY}`, []],
  [`healthy/${PAYMENT}`, []],
  [`stale/${CHECKOUT}`, ['routes 80', 'routes 8080']],
  [`stale/${PAYMENT}`, []],
  [`nack/${REVIEWS}`, ['listeners virtualInbound']],
];
for (const [pair, differs] of RECORDED) {
  test(`${pair}: ${differs.join(', ') || 'nothing differs'}`, async () => {
    const diff = diffIstiodAndEnvoy(
      await readConfigFixture(`${pair}.istiod`),
      await readConfigFixture(`${pair}.envoy`),
    );
    assert.deepEqual(
      diff.differences.map(({ section, name }) => `${section} ${name}`),
      differs,
    );
    assert.ok(diff.sections.every(({ state, compared }) => state !== 'unknown' && compared > 0));
  });
}

test('the difference is the one that was made', async () => {
  const { differences } = diffIstiodAndEnvoy(
    await readConfigFixture(`stale/${CHECKOUT}.istiod`),
    await readConfigFixture(`stale/${CHECKOUT}.envoy`),
  );
  const changed = differences.map(({ diff }) =>
    diff
      .split('\n')
      .filter((line) => /^[+-]/.test(line))
      .map((line) => line.replaceAll(' ', '')),
  );
  const once = ['-"weight":50', '+"weight":90', '-"weight":50', '+"weight":10'];
  assert.deepEqual(changed, [once, once]);
  assert.match(
    differences[1]?.diff ?? '',
    /@@ virtual_hosts\[payment-svc\.payment\.svc\.cluster\.local:8080\]\.routes\[payment-canary\]/,
  );
});

test('a section that one dump lacks is unknown, and no difference', async () => {
  const diff = diffIstiodAndEnvoy(
    await readConfigFixture(`stale/${CHECKOUT}.istiod-rds`),
    await readConfigFixture(`stale/${CHECKOUT}.envoy`),
  );
  assert.deepEqual(
    diff.sections.map(({ section, state, differences }) => [section, state, differences]),
    [
      ['clusters', 'unknown', 0],
      ['listeners', 'unknown', 0],
      ['routes', 'differs', 2],
      ['endpoints', 'unknown', 0],
    ],
  );
});

const healthy = {
  istiod: await readDumpJson(`healthy/${GATEWAY}.istiod`),
  envoy: await readDumpJson(`healthy/${GATEWAY}.envoy`),
};

async function read(dump: unknown): Promise<EnvoyConfig> {
  const { config } = await readDumpValue(dump);
  assert.ok(config);
  return config;
}

/** Keys of every object in an order drawn anew. */
function shuffled(value: unknown, random: () => number): unknown {
  if (Array.isArray(value)) return value.map((each) => shuffled(each, random));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, field]) => [random(), key, shuffled(field, random)] as const);
  return Object.fromEntries(entries.toSorted(([one], [other]) => one - other).map(([, key, field]) => [key, field]));
}

/** Resources, virtual hosts, domains and filter chains in another order, too. */
function reordered(value: unknown, random: () => number, key = ''): unknown {
  const lists = /^(dynamic|static)_|^dynamic[A-Z]|virtual_?hosts|domains|filter_?chains|lb_?endpoints|configs/i;
  if (Array.isArray(value)) {
    const items = value.map((each) => [random(), reordered(each, random)] as const);
    return (lists.test(key) ? items.toSorted(([one], [other]) => one - other) : items).map(([, item]) => item);
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, reordered(field, random, name)]));
}

function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state;
  };
}

describe('no order matters', () => {
  test('of fields, resources, virtual hosts, domains, filter chains and endpoints', async () => {
    const istiod = await read(healthy.istiod);
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        const random = randomOf(seed);
        const envoy = await read(reordered(shuffled(healthy.envoy, random), random));
        assert.deepEqual(diffIstiodAndEnvoy(istiod, envoy).differences, []);
      }),
      { numRuns: 15 },
    );
  });

  test('not even where they differ', async () => {
    const istiod = await read(healthy.istiod);
    const changed = JSON.parse(
      JSON.stringify(healthy.envoy).replaceAll('"10s"', '"11s"').replace('/productpage', '/p'),
    ) as DumpJson;
    const expected = diffIstiodAndEnvoy(istiod, await read(changed));
    assert.ok(expected.differences.length > 1);
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        const random = randomOf(seed);
        const envoy = await read(reordered(shuffled(changed, random), random));
        assert.deepEqual(diffIstiodAndEnvoy(istiod, envoy), expected);
      }),
      { numRuns: 10 },
    );
  });
});

test('order of routes matters', async () => {
  const turned = structuredClone(healthy.envoy);
  const section = turned.configs.find((each) => String(each['@type']).endsWith('.RoutesConfigDump'));
  const configs = section?.['dynamic_route_configs'] as { route_config: { virtual_hosts: { routes: unknown[] }[] } }[];
  configs[0]?.route_config.virtual_hosts[0]?.routes.reverse();
  const { differences } = diffIstiodAndEnvoy(await read(healthy.istiod), await read(turned));
  assert.deepEqual(
    differences.map(({ name, kind }) => [name, kind]),
    [['http.8080', 'changed']],
  );
});

const BARE: Readonly<Record<string, string>> = {
  Cluster: 'cluster',
  Listener: 'listener',
  RouteConfiguration: 'route',
};

function bare(type: string, ...bodies: readonly object[]): Promise<EnvoyConfig> {
  const named = `type.googleapis.com/envoy.config.${BARE[type]}.v3.${type}`;
  return read({ configs: bodies.map((body) => ({ '@type': named, ...body })) });
}

describe('names', () => {
  test('are one without underscores and capitals, where dumps are spelled differently', async () => {
    const snake = await bare('Cluster', {
      name: 'a',
      outlier_detection: { consecutive_5xx: 5 },
      connect_timeout: '1s',
    });
    const camel = await bare('Cluster', { name: 'a', outlierDetection: { consecutive5xx: 6 }, connectTimeout: '1s' });
    const [difference] = diffIstiodAndEnvoy(camel, snake).differences;
    assert.match(difference?.diff ?? '', /-\s+"consecutive_5xx": 6\n\+\s+"consecutive_5xx": 5/);
    assert.doesNotMatch(difference?.diff ?? '', /[-+].*connect/i);
  });

  test('are what they are, where both are spelled alike', async () => {
    const one = await bare('Cluster', { name: 'a', metadata: { appName: 'x' } });
    const other = await bare('Cluster', { name: 'a', metadata: { app_name: 'x' } });
    assert.equal(diffIstiodAndEnvoy(one, other).differences.length, 1);
  });

  test('that fold to one in the same object are kept apart', async () => {
    const snake = await bare('Cluster', { name: 'a', connect_timeout: '1s', metadata: { a_b: 1, ab: 2 } });
    const camel = await bare('Cluster', { name: 'a', connectTimeout: '1s', eds: {}, metadata: { ab: 2, a_b: 1 } });
    assert.deepEqual(diffIstiodAndEnvoy(camel, snake).differences, []);
  });

  test('of every object are fields like others', async () => {
    const hostile = JSON.parse('{"name": "a", "__proto__": {"x": 1}, "constructor": 2}') as object;
    const plain = await bare('Cluster', { name: 'a' });
    const { differences } = diffIstiodAndEnvoy(plain, await bare('Cluster', hostile));
    assert.match(differences[0]?.diff ?? '', /\+ {2}"__proto__": \{\n(?:.*\n)*.*"constructor": 2/);
  });
});

test('what is empty counts for nothing, what is false or zero counts', async () => {
  const one = await bare('Cluster', { name: 'a', x: { y: [], z: { w: null } }, alt_stat_name: '' });
  assert.deepEqual(diffIstiodAndEnvoy(one, await bare('Cluster', { name: 'a' })).differences, []);
  const off = await bare('Cluster', { name: 'a', validate: false });
  assert.equal(diffIstiodAndEnvoy(one, off).differences.length, 1);
});

test('what is in one dump alone is told so', async () => {
  const one = await bare('Listener', { name: 'a' }, { name: 'b' });
  const other = await bare('Listener', { name: 'b' }, { name: 'c' });
  assert.deepEqual(
    diffIstiodAndEnvoy(one, other).differences.map(({ name, kind }) => [name, kind]),
    [
      ['a', 'only_first'],
      ['c', 'only_second'],
    ],
  );
});

test('any dump is like itself, and unlike one with another value', async () => {
  const value = fc.jsonValue({ maxDepth: 4 });
  await fc.assert(
    fc.asyncProperty(fc.dictionary(fc.constantFrom('a', 'a_b', 'aB', 'domains', 'x'), value), async (fields) => {
      const config = await bare('RouteConfiguration', { ...fields, name: 'n' });
      assert.deepEqual(diffIstiodAndEnvoy(config, config).differences, []);
      const other = await bare('RouteConfiguration', { ...fields, name: 'n', more: 1 });
      assert.equal(diffIstiodAndEnvoy(config, other).differences.length, 1);
      assert.equal(diffIstiodAndEnvoy(other, config).differences.length, 1);
    }),
    { numRuns: 200 },
  );
});

test('a secret is hidden on both sides: Envoy hides its own, and istiod does not', async () => {
  const withKey = async (side: 'istiod' | 'envoy', privateKey: object): Promise<EnvoyConfig> => {
    const dump = await readDumpJson(`healthy/${PAYMENT}.${side}`);
    const text = JSON.stringify(dump).replace(
      /"name":\s*"virtualInbound"/,
      `"name":"virtualInbound","extra":{"tls_certificates":[{"private_key":${JSON.stringify(privateKey)}}]}`,
    );
    assert.match(text, /private_key":\{"inline/);
    const { config } = await readDumpValue(JSON.parse(text) as DumpJson);
    return config ?? assert.fail('no config dump');
  };
  const [sent, loaded] = await Promise.all([
    withKey('istiod', { inline_string: 'hush' }),
    withKey('envoy', { inline_string: '[redacted]' }),
  ]);
  assert.deepEqual(diffIstiodAndEnvoy(sent, loaded).differences, []);
  const { differences } = diffIstiodAndEnvoy(sent, { ...loaded, listeners: [] });
  assert.ok(differences.length > 0);
  assert.doesNotMatch(JSON.stringify(differences), /hush/);
});
