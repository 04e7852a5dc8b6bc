import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import type { EnvoyDump } from '../../src/model/envoy-config.ts';
import { inspectDump } from '../../src/rungs/inspect-dump.ts';
import {
  CHECKOUT,
  GATEWAY,
  PAYMENT,
  REVIEWS,
  readConfigFixture,
  readDumpFixture,
  readDumpText,
} from '../support/envoy-dump.ts';
import { fixturePath } from '../support/syncz.ts';

/** All that one look brings, as recorded. */
async function recordedLook(pair: string): Promise<EnvoyDump> {
  return { ...(await readDumpFixture(`${pair}.envoy`)), ...(await readDumpFixture(`${pair}.clusters`)) };
}

describe('recorded looks', () => {
  const cases: readonly (readonly [pair: string, differs: object, rejected: readonly string[]])[] = [
    [`healthy/${CHECKOUT}`, { clusters: [], listeners: [], routes: [], endpoints: [] }, []],
    [`healthy/${GATEWAY}`, { clusters: [], listeners: [], routes: [], endpoints: [] }, []],
    [`stale/${CHECKOUT}`, { clusters: [], listeners: [], routes: ['80', '8080'], endpoints: [] }, []],
    [`stale/${PAYMENT}`, { clusters: [], listeners: [], routes: [], endpoints: [] }, []],
    [`nack/${REVIEWS}`, { clusters: [], listeners: ['virtualInbound'], routes: [], endpoints: [] }, ['virtualInbound']],
  ];
  for (const [pair, differs, rejected] of cases) {
    test(pair, async () => {
      const facts = inspectDump({ dump: await recordedLook(pair), sent: await readConfigFixture(`${pair}.istiod`) });
      assert.deepEqual(facts.differences, differs);
      assert.deepEqual(
        facts.rejections?.map(({ name }) => name),
        rejected,
      );
      assert.deepEqual(Object.keys(facts.fingerprints ?? {}), ['clusters', 'listeners', 'routes', 'endpoints']);
      assert.ok((facts.hosts ?? []).length > 5);
    });
  }
});

test('shares of a split are told as they are loaded', async () => {
  const { weights = [] } = inspectDump({ dump: await recordedLook(`healthy/${CHECKOUT}`) });
  const shares = weights
    .filter(({ object }) => object?.name === 'payment-svc')
    .map(({ subset, ratio }) => [subset, ratio]);
  assert.deepEqual(
    new Map(shares as [string, number][]),
    new Map([
      ['v1', 0.9],
      ['v2', 0.1],
    ]),
  );
});

describe('what was not read is absent', () => {
  test('nothing at all', () => assert.deepEqual(inspectDump({ dump: {} }), {}));

  test('istiod not asked', async () => {
    assert.equal('differences' in inspectDump({ dump: await recordedLook(`healthy/${CHECKOUT}`) }), false);
  });

  test('a dump without routes says nothing of weights, nor of its routes', async () => {
    const { config } = await recordedLook(`healthy/${CHECKOUT}`);
    assert.ok(config);
    const { routes: _gone, ...rest } = config;
    const sent = await readConfigFixture(`healthy/${CHECKOUT}.istiod`);
    const facts = inspectDump({ dump: { config: rest }, sent });
    assert.equal('weights' in facts, false);
    assert.deepEqual(Object.keys(facts.differences ?? {}), ['clusters', 'listeners', 'endpoints']);
    assert.deepEqual(Object.keys(facts.fingerprints ?? {}), ['clusters', 'listeners', 'endpoints']);
  });
});

test('loggers above the default are told, the others not', async () => {
  const text = await readFile(fixturePath(`envoy/healthy/${CHECKOUT}.logging.txt`), 'utf8');
  assert.deepEqual(inspectDump({ dump: await readDumpText(text) }).verboseLoggers, []);
  const loud = await readDumpText(
    text.replace('rbac: warning', 'rbac: debug').replace('http2: warning', 'http2: info'),
  );
  assert.deepEqual(inspectDump({ dump: loud }).verboseLoggers, [
    { name: 'http2', level: 'info' },
    { name: 'rbac', level: 'debug' },
  ]);
});

describe('a dump that says too much', () => {
  test('names are cut, lists that would be a part are left out', () => {
    const host = {
      address: '10.0.0.1',
      port: 1,
      health: '',
      weight: 1,
      priority: 0,
      locality: '',
      verdict: 'healthy',
      flags: [],
    } as const;
    const statuses = Array.from({ length: 50_001 }, (_, nth) => ({
      name: `outbound|80||s${nth}.shop.svc.cluster.local`,
      hosts: [host],
    }));
    assert.equal('hosts' in inspectDump({ dump: { statuses } }), false);
    assert.equal(inspectDump({ dump: { statuses: statuses.slice(1) } }).hosts?.length, 50_000);
    const loggers = Array.from({ length: 1_000 }, (_, nth) => ({ name: `l${nth}`, level: 'trace' }));
    assert.equal(inspectDump({ dump: { loggers } }).verboseLoggers?.length, 200);
  });
});
