import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import fc from 'fast-check';
import { type ClientConfigJson, clientConfigBytes } from '../../../../src/demo/istiod/xds-wire.ts';
import type { ProxyConnection } from '../../../../src/model/proxy.ts';
import { decodeClientConfig } from '../../../../src/sources/istiod/xds/client-config.ts';
import { readRecordedStatus } from '../../../support/client-config.ts';
import { readSyncz } from '../../../support/syncz.ts';

const PREFIX = 'type.googleapis.com/';
const CDS = `${PREFIX}envoy.config.cluster.v3.Cluster`;
const LDS = `${PREFIX}envoy.config.listener.v3.Listener`;
const AT = '2026-11-21T02:25:54.5Z';

function decode(json: ClientConfigJson): ProxyConnection {
  const decoded = decodeClientConfig(clientConfigBytes(json));
  assert.ok(typeof decoded === 'object', String(decoded));
  return decoded;
}

/** What both ways can tell. */
function states({ namespace, name, cluster, istioVersion, types }: ProxyConnection): object {
  const told = Object.entries(types).map(([type, { state, sentAt, error }]) => [
    type,
    state,
    sentAt === undefined ? undefined : Math.round(sentAt * 1000),
    error,
  ]);
  return { namespace, name, cluster, istioVersion, types: told.sort() };
}

const byName = (one: ProxyConnection, other: ProxyConnection): number => (one.name < other.name ? -1 : 1);

for (const name of ['proxy-status.healthy.json', 'proxy-status.stale.json', 'proxy-status.two-istiods.json']) {
  test(`${name}: every proxy of the recording is read`, async () => {
    for (const { resources } of await readRecordedStatus(name)) {
      assert.ok(resources.length > 0);
      for (const resource of resources) {
        const proxy = decode(resource);
        assert.equal(`${proxy.name}.${proxy.namespace}`, resource.node.id);
        assert.equal(Object.keys(proxy.types).length, resource.genericXdsConfigs?.length);
        assert.equal(proxy.istioVersion, resource.node.metadata?.['ISTIO_VERSION']);
      }
    }
  });
}

test('the states are those that /debug/syncz gives for the same mesh', async () => {
  const [first, second] = await readRecordedStatus('proxy-status.two-istiods.json');
  const overXds = [...(first?.resources ?? []), ...(second?.resources ?? [])].map(decode).sort(byName);
  const overHttp = (await Promise.all(['first', 'second'].map((of) => readSyncz(`syncz/two-istiods.${of}.json`))))
    .flatMap(({ proxies }) => proxies)
    .sort(byName);
  const facts = (proxies: readonly ProxyConnection[]) =>
    proxies.map(({ name, types }) => [
      name,
      Object.entries(types)
        .map(([type, { state }]) => `${type} ${state}`)
        .sort(),
    ]);
  assert.deepEqual(facts(overXds), facts(overHttp));
});

const NODE = { id: 'cart-1.shop', metadata: { CLUSTER_ID: 'east', ISTIO_VERSION: '1.30.3', NAMESPACE: 'shop' } };

test('a rejection is told in the words of the proxy, a type never sent is NOT_SENT, one not watched is absent', () => {
  const genericXdsConfigs = [
    { typeUrl: CDS, configStatus: 'SYNCED', lastUpdated: AT },
    { typeUrl: LDS, configStatus: 'ERROR', lastUpdated: AT, errorState: { details: 'duplicate filter chain' } },
    { typeUrl: `${PREFIX}envoy.config.route.v3.RouteConfiguration`, configStatus: 'NOT_SENT' },
    { typeUrl: `${PREFIX}envoy.config.endpoint.v3.ClusterLoadAssignment`, configStatus: 'UNKNOWN' },
    { typeUrl: 'istio.io/debug/syncz', configStatus: 'SYNCED' },
  ];
  const sentAt = Date.parse(AT);
  assert.deepEqual(states(decode({ node: NODE, genericXdsConfigs })), {
    namespace: 'shop',
    name: 'cart-1',
    cluster: 'east',
    istioVersion: '1.30.3',
    types: [
      ['cds', 'SYNCED', sentAt, undefined],
      ['lds', 'ERROR', sentAt, 'duplicate filter chain'],
      ['rds', 'NOT_SENT', undefined, undefined],
    ],
  });
});

test('istiods before 1.23 tell no times and list what is not watched as NOT_SENT: that is not repeated', () => {
  const genericXdsConfigs = [
    { typeUrl: CDS, configStatus: 'STALE' },
    { typeUrl: LDS, configStatus: 'NOT_SENT' },
  ];
  assert.deepEqual(decode({ node: NODE, genericXdsConfigs }).types, { cds: { state: 'STALE' } });
});

const WDS = `${PREFIX}istio.workload.Address`;
const KINDS: readonly (readonly [about: string, statuses: readonly (readonly [string, string])[], kind: string])[] = [
  ['workloads alone', [[WDS, 'SYNCED']], 'ztunnel'],
  [
    'workloads beside clusters, as a waypoint does',
    [
      [WDS, 'SYNCED'],
      [CDS, 'SYNCED'],
    ],
    'unknown',
  ],
  [
    'nothing of what is asked, before 1.23',
    [
      [CDS, 'UNKNOWN'],
      [LDS, 'UNKNOWN'],
    ],
    'ztunnel',
  ],
  [
    'nothing yet',
    [
      [CDS, 'NOT_SENT'],
      [LDS, 'NOT_SENT'],
    ],
    'unknown',
  ],
  ['no types at all', [], 'unknown'],
];
for (const [about, statuses, kind] of KINDS) {
  test(`a proxy that watches ${about} is of kind ${kind}`, () => {
    const genericXdsConfigs = statuses.map(([typeUrl, configStatus]) => ({ typeUrl, configStatus }));
    assert.equal(decode({ node: NODE, genericXdsConfigs }).type, kind);
  });
}

test('the older list, by fields instead of type URLs', () => {
  const writer = new BinaryWriter();
  writer.tag(1, WireType.LengthDelimited).fork();
  writer.tag(1, WireType.LengthDelimited).string('cart-1.shop').join();
  for (const [field, status] of [
    [2, 1],
    [3, 3],
    [4, 2],
    [6, 1],
  ] as const) {
    writer.tag(2, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.Varint).int32(status);
    writer.tag(field, WireType.LengthDelimited).bytes(new Uint8Array()).join();
  }
  const decoded = decodeClientConfig(writer.finish());
  assert.deepEqual(decoded, {
    namespace: 'shop',
    name: 'cart-1',
    type: 'unknown',
    types: { lds: { state: 'SYNCED' }, cds: { state: 'STALE' }, eds: { state: 'SYNCED' } },
  });
});

test("istioctl's own connection is no proxy", () => {
  const node = { id: 'test-1.default', metadata: { ISTIO_VERSION: '65536.65536.65536' } };
  assert.equal(decodeClientConfig(clientConfigBytes({ node })), 'other');
});

const UNREADABLE: readonly (readonly [about: string, node: ClientConfigJson['node']])[] = [
  ['no name', { id: '' }],
  ['a name without a namespace', { id: 'cart' }],
  ['an escape in the name', { id: 'cart\u001b[31m.shop' }],
  ['a version of 100 letters', { id: 'cart.shop', metadata: { ISTIO_VERSION: 'x'.repeat(100) } }],
];
for (const [about, node] of UNREADABLE) {
  test(`${about} is unreadable`, () => {
    assert.equal(decodeClientConfig(clientConfigBytes({ node })), 'unreadable');
  });
}

test('whatever the bytes, it does not throw, and what it reads is checked', () => {
  const mutated = fc.tuple(fc.nat(), fc.uint8Array({ maxLength: 12 })).map(([at, bytes]) => {
    const whole = Buffer.from(
      clientConfigBytes({ node: NODE, genericXdsConfigs: [{ typeUrl: CDS, configStatus: 'STALE', lastUpdated: AT }] }),
    );
    const cut = at % whole.length;
    return Buffer.concat([whole.subarray(0, cut), bytes, whole.subarray(cut + bytes.length)]);
  });
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), mutated), (bytes) => {
      const decoded = decodeClientConfig(bytes);
      if (typeof decoded !== 'object') return;
      assert.match(`${decoded.name}.${decoded.namespace}`, /^[!-~]+$/);
      for (const { sentAt } of Object.values(decoded.types)) assert.ok(sentAt === undefined || sentAt > 0);
    }),
    { numRuns: 2_000 },
  );
});
