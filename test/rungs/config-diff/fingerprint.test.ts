import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { EnvoyConfig } from '../../../src/model/envoy-config.ts';
import { ENVOY_SECTIONS } from '../../../src/model/envoy-resource.ts';
import { fingerprints } from '../../../src/rungs/config-diff/fingerprint.ts';
import { hideIdentities } from '../../../src/rungs/config-diff/hide-identities.ts';
import { diffReplicas } from '../../../src/rungs/config-diff/replicas.ts';
import {
  CHECKOUT,
  type DumpJson,
  PAYMENT,
  readConfigFixture,
  readDumpJson,
  readDumpText,
} from '../../support/envoy-dump.ts';

const json: DumpJson = await readDumpJson(`healthy/${PAYMENT}.envoy`);
const recorded = JSON.stringify(json);

async function read(text: string): Promise<EnvoyConfig> {
  const { config } = await readDumpText(text);
  assert.ok(config);
  return config;
}

/** Another replica: its name and address are others everywhere but in endpoints, which all replicas are told alike. */
function replica({ configs }: DumpJson): string {
  const each = configs.map((part) => {
    const text = JSON.stringify(part);
    if (String(part['@type']).includes('EndpointsConfigDump')) return text;
    return text
      .replaceAll('10.44.0.21', '10.44.0.77')
      .replaceAll('payment-svc-v1-6d8f9b7c5d-2xkqp', 'payment-svc-v1-6d8f9b7c5d-zzzzz');
  });
  return `{"configs":[${each.join(',')}]}`;
}

test('every section has a short text', async () => {
  const found = fingerprints(await read(recorded));
  assert.deepEqual(Object.keys(found), [...ENVOY_SECTIONS]);
  for (const text of Object.values(found)) assert.match(text, /^[0-9a-f]{16}$/);
});

test('replicas that hold the same have the same', async () => {
  assert.deepEqual(fingerprints(await read(replica(json))), fingerprints(await read(recorded)));
});

test('the order of resources, and of what has no order in them, says nothing', async () => {
  const turned = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(turned);
    if (typeof value !== 'object' || value === null) return value;
    const fields = Object.entries(value).map(([name, field]) => {
      const list = /^(dynamic_\w+|static_\w+|virtual_hosts|domains|filter_chains|lb_endpoints)$/.test(name);
      return [name, list && Array.isArray(field) ? turned(field.toReversed()) : turned(field)];
    });
    return Object.fromEntries(fields.reverse());
  };
  assert.deepEqual(fingerprints(await read(JSON.stringify(turned(json)))), fingerprints(await read(recorded)));
});

test('other replicas are hidden where a headless service shows them', async () => {
  const sees = (text: string, address: string): string => text.replaceAll('"10.96.2.10_5432"', `"${address}_5432"`);
  const siblings = { pods: [], addresses: ['10.44.0.21', '10.44.0.77'] };
  const one = fingerprints(await read(sees(recorded, '10.44.0.77')), siblings);
  assert.deepEqual(fingerprints(await read(sees(replica(json), '10.44.0.21')), siblings), one);
  const alone = fingerprints(await read(sees(replica(json), '10.44.0.21')));
  assert.notEqual(alone.listeners, one.listeners, 'without them they cannot be known');
});

describe('a section differs exactly where its resources do', () => {
  const changes: readonly (readonly [what: string, from: string, to: string])[] = [
    ['weights', '"weight":90', '"weight":91'],
    ['an endpoint', '"10.44.0.21"', '"10.44.0.211"'],
    ['a limit', '"max_connections":100,', '"max_connections":101,'],
    ['a name', '"0.0.0.0_8080"', '"0.0.0.0_8081"'],
    ['nothing', '"2026-11-21T02:2', '"2026-11-22T03:1'],
    ['another pod altogether', '', ''],
  ];
  for (const [what, from, to] of changes) {
    test(what, async () => {
      const one = await read(recorded);
      const other =
        from === '' ? await readConfigFixture(`healthy/${CHECKOUT}.envoy`) : await read(recorded.replaceAll(from, to));
      const [first, second] = [fingerprints(one), fingerprints(other)];
      const differs = diffReplicas(one, other).sections.map(({ section, state }) => [section, state === 'differs']);
      assert.deepEqual(
        ENVOY_SECTIONS.map((section) => [section, first[section] !== second[section]]),
        differs,
      );
    });
  }
});

test('a section that the dump does not have is absent', async () => {
  const { endpoints: _gone, ...config } = await read(recorded);
  assert.deepEqual(Object.keys(fingerprints(config)), ['clusters', 'listeners', 'routes']);
});

describe('names and addresses are hidden where they stand as words', () => {
  const hide = hideIdentities({ pods: ['cart-a', 'cart.b'], addresses: ['10.0.0.5', '2001:db8::5', ''] });
  for (const [text, shown] of [
    ['cart-a', '<pod>'],
    ['cart-a.shop', '<pod>.shop'],
    ['cart-a-1', 'cart-a-1'],
    ['my-cart-a', 'my-cart-a'],
    ['cart.b~shop', '<pod>~shop'],
    ['10.0.0.5_8080', '<address>_8080'],
    ['10.0.0.50', '10.0.0.50'],
    ['110.0.0.5', '110.0.0.5'],
    ['[2001:db8::5]', '[<address>]'],
    ['2001:db8::55', '2001:db8::55'],
    ['nothing', 'nothing'],
  ] as const) {
    test(text, () => assert.equal(hide(text), shown));
  }
});
