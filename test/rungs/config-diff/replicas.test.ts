import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { EnvoyConfig } from '../../../src/model/envoy-config.ts';
import { diffReplicas } from '../../../src/rungs/config-diff/replicas.ts';
import { CHECKOUT, PAYMENT, readConfigFixture, readDumpJson, readDumpText } from '../../support/envoy-dump.ts';

const recorded = JSON.stringify(await readDumpJson(`healthy/${PAYMENT}.envoy`));

async function read(text: string): Promise<EnvoyConfig> {
  const { config } = await readDumpText(text);
  assert.ok(config);
  return config;
}

/** The dump of a second replica: another pod, another address, another time, and other pushes. */
function replica(text: string): string {
  const endpoints = text.indexOf('"type.googleapis.com/envoy.admin.v3.EndpointsConfigDump"');
  const listeners = text.indexOf('"type.googleapis.com/envoy.admin.v3.ListenersConfigDump"');
  assert.ok(endpoints > 0 && listeners > endpoints);
  const renamed = (part: string): string =>
    part
      .replaceAll('10.44.0.21', '10.44.0.77')
      .replaceAll('payment-svc-v1-6d8f9b7c5d-2xkqp', 'payment-svc-v1-6d8f9b7c5d-zzzzz');
  // Both replicas are told of the same endpoints.
  const changed = renamed(text.slice(0, endpoints)) + text.slice(endpoints, listeners) + renamed(text.slice(listeners));
  return changed.replaceAll('2026-11-21T02:2', '2026-11-22T03:1');
}

test('two replicas are alike', async () => {
  const diff = diffReplicas(await read(recorded), await read(replica(recorded)));
  assert.deepEqual(diff.differences, []);
  assert.deepEqual(
    diff.sections.map(({ section, state, compared }) => [section, state, compared]),
    [
      ['clusters', 'same', 28],
      ['listeners', 'same', 15],
      ['routes', 'same', 9],
      ['endpoints', 'same', 20],
    ],
  );
});

test('a listener of its own address is one under another name', async () => {
  const own = (text: string, address: string): string => text.replaceAll('"0.0.0.0_8080"', `"${address}_8080"`);
  const other = own(replica(recorded), '10.44.0.77');
  assert.deepEqual(diffReplicas(await read(own(recorded, '10.44.0.21')), await read(other)).differences, []);
});

test('a replica of a headless service sees the other where the other sees it', async () => {
  const sees = (text: string, address: string): string => text.replaceAll('"10.96.2.10_5432"', `"${address}_5432"`);
  const one = await read(sees(recorded, '10.44.0.77'));
  assert.deepEqual(diffReplicas(one, await read(sees(replica(recorded), '10.44.0.21'))).differences, []);
});

describe('what differs is found', () => {
  const changes: readonly (readonly [what: string, from: string, to: string, names: readonly string[]])[] = [
    ['weights', '"weight":90', '"weight":91', ['routes 80', 'routes 8080']],
    [
      'an address that only begins alike',
      '"10.44.0.21"',
      '"10.44.0.211"',
      [
        'endpoints outbound|8080|v1|payment-svc.payment.svc.cluster.local',
        'endpoints outbound|8080||payment-svc.payment.svc.cluster.local',
      ],
    ],
    [
      'a limit',
      '"max_connections":100,',
      '"max_connections":101,',
      [
        'clusters inbound|8080||',
        'clusters outbound|8080|v1|payment-svc.payment.svc.cluster.local',
        'clusters outbound|8080|v2|payment-svc.payment.svc.cluster.local',
        'clusters outbound|8080||payment-svc.payment.svc.cluster.local',
      ],
    ],
  ];
  for (const [what, from, to, names] of changes) {
    test(what, async () => {
      assert.ok(recorded.includes(from));
      const { differences } = diffReplicas(await read(recorded), await read(replica(recorded.replaceAll(from, to))));
      assert.deepEqual(
        differences.map(({ section, name }) => `${section} ${name}`),
        names,
      );
    });
  }
});

test('a replica that was left behind is found', async () => {
  const { differences } = diffReplicas(
    await readConfigFixture(`healthy/${PAYMENT}.envoy`),
    await readConfigFixture(`stale/${PAYMENT}.envoy`),
  );
  assert.deepEqual(
    differences.map(({ section, name }) => `${section} ${name}`),
    ['routes 80', 'routes 8080'],
  );
});

test('a proxy is like itself', async () => {
  const config = await readConfigFixture(`healthy/${CHECKOUT}.envoy`);
  assert.deepEqual(diffReplicas(config, config).differences, []);
});

test('health that an Envoy found out by itself is no difference', async () => {
  const sick = recorded.replaceAll('"health_status":"HEALTHY"', '"health_status":"UNHEALTHY"');
  assert.notEqual(sick, recorded);
  assert.deepEqual(diffReplicas(await read(recorded), await read(replica(sick))).differences, []);
});

test('endpoints are not compared where one dump lacks them', async () => {
  const bare = await readConfigFixture(`healthy/${CHECKOUT}.envoy-without-eds`);
  const { sections } = diffReplicas(bare, await readConfigFixture(`healthy/${CHECKOUT}.envoy`));
  assert.deepEqual(
    sections.map(({ state }) => state),
    ['same', 'same', 'same', 'unknown'],
  );
});
