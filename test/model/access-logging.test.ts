import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { accessLogging, type LoggingProxy } from '../../src/model/access-logging.ts';
import { epochSeconds } from '../../src/model/brand.ts';
import { NO_CLUSTER } from '../../src/model/cluster.ts';
import type { ConfigObject, MeshConfig } from '../../src/model/workload.ts';
import { mapMeshConfig } from '../../src/sources/kubernetes/objects/mesh-configs.ts';
import { fresh, objects, REFUSED, recordedObjects } from '../support/mesh.ts';

const CART: LoggingProxy = { namespace: 'shop', labels: { app: 'cart' }, type: 'sidecar', revision: 'default' };
const GATEWAY: LoggingProxy = {
  namespace: 'shop',
  labels: { 'gateway.networking.k8s.io/gateway-name': 'gw' },
  type: 'router',
  revision: 'default',
};

function mesh(raw: Record<string, unknown> = {}, changes: Partial<MeshConfig> = {}): MeshConfig {
  const { accessLogFile } = raw;
  return {
    namespace: 'istio-system',
    name: 'istio',
    revision: 'default',
    ...(typeof accessLogFile === 'string' ? { accessLogFile } : {}),
    raw,
    ...changes,
  };
}

function telemetry(
  namespace: string,
  accessLogging_: unknown,
  spec: Record<string, unknown> = {},
  createdAt = 1,
): ConfigObject {
  return {
    apiVersion: 'telemetry.istio.io/v1',
    kind: 'Telemetry',
    namespace,
    name: `t${createdAt}-${JSON.stringify(spec).length}`,
    labels: {},
    annotations: {},
    createdAt: epochSeconds(createdAt),
    spec: { ...spec, ...(accessLogging_ === undefined ? {} : { accessLogging: accessLogging_ }) },
  };
}

function mode(proxy: LoggingProxy, config: readonly MeshConfig[], telemetries: readonly ConfigObject[] = []): string {
  const cluster = {
    ...NO_CLUSTER,
    meshConfigs: fresh(objects(config)),
    config: { 'telemetries.telemetry.istio.io': fresh(objects(telemetries)) },
  };
  return accessLogging(cluster, 'istio-system')(proxy);
}

const STDOUT = mesh({ accessLogFile: '/dev/stdout' });
const OFF = mesh();
const ENVOY = [{ providers: [{ name: 'envoy' }] }];
const ERRORS_ONLY = [{ providers: [{ name: 'envoy' }], filter: { expression: 'response.code >= 400' } }];
const NONE = [{ disabled: true }];
const OTEL = mesh({
  accessLogFile: '/dev/stdout',
  extensionProviders: [
    { name: 'otel', envoyOtelAls: { service: 'otel.x' } },
    { name: 'json', envoyFileAccessLog: { path: '/dev/stdout', logFormat: { labels: {} } } },
    { name: 'file', envoyFileAccessLog: { path: '/var/log/access.log' } },
  ],
});

const CASES: readonly (readonly [
  about: string,
  expected: string,
  config: MeshConfig,
  telemetries?: readonly ConfigObject[],
  proxy?: LoggingProxy,
])[] = [
  ['off by default', 'off', OFF],
  ['accessLogFile', 'on', STDOUT],
  ['accessLogFile elsewhere', 'off', mesh({ accessLogFile: '/var/log/envoy.log' })],
  ['a default provider', 'on', mesh({ defaultProviders: { accessLogging: ['envoy'] } })],
  [
    'default providers put accessLogFile out of force',
    'off',
    mesh({ ...OTEL.raw, defaultProviders: { accessLogging: ['otel'] } }),
  ],
  ['Telemetry of the root namespace', 'on', OFF, [telemetry('istio-system', ENVOY)]],
  ['Telemetry of the namespace', 'on', OFF, [telemetry('shop', ENVOY)]],
  ['Telemetry of another namespace', 'off', OFF, [telemetry('bank', ENVOY)]],
  ['Telemetry without accessLogging', 'on', STDOUT, [telemetry('shop', undefined)]],
  [
    'Telemetry switches off what the root switched on',
    'off',
    OFF,
    [telemetry('istio-system', ENVOY), telemetry('shop', NONE)],
  ],
  ['disabled, though accessLogFile', 'off', STDOUT, [telemetry('istio-system', NONE)]],
  ['a filter', 'filtered', OFF, [telemetry('shop', ERRORS_ONLY)]],
  [
    'a filter in the namespace over all in the root',
    'filtered',
    OFF,
    [telemetry('istio-system', ENVOY), telemetry('shop', ERRORS_ONLY)],
  ],
  [
    'one side only',
    'filtered',
    OFF,
    [telemetry('shop', [{ providers: [{ name: 'envoy' }], match: { mode: 'SERVER' } }])],
  ],
  [
    'both sides, one by one',
    'on',
    OFF,
    [
      telemetry('shop', [
        { providers: [{ name: 'envoy' }], match: { mode: 'SERVER' } },
        { providers: [{ name: 'envoy' }], match: { mode: 'CLIENT' } },
      ]),
    ],
  ],
  [
    'the client side of a gateway is all of it',
    'on',
    OFF,
    [telemetry('shop', [{ providers: [{ name: 'envoy' }], match: { mode: 'CLIENT' } }])],
    GATEWAY,
  ],
  ['OpenTelemetry never reaches the log', 'off', OTEL, [telemetry('shop', [{ providers: [{ name: 'otel' }] }])]],
  [
    'OpenTelemetry beside standard output',
    'on',
    OTEL,
    [telemetry('shop', [{ providers: [{ name: 'otel' }, { name: 'json' }] }])],
  ],
  ['a file of its own', 'off', OTEL, [telemetry('shop', [{ providers: [{ name: 'file' }] }])]],
  ['a provider nobody defined', 'off', OFF, [telemetry('shop', [{ providers: [{ name: 'nope' }] }])]],
  ['for these labels', 'on', OFF, [telemetry('shop', ENVOY, { selector: { matchLabels: { app: 'cart' } } })]],
  ['for other labels', 'off', OFF, [telemetry('shop', ENVOY, { selector: { matchLabels: { app: 'db' } } })]],
  [
    'for these labels, over the namespace',
    'off',
    OFF,
    [telemetry('shop', ENVOY), telemetry('shop', NONE, { selector: { matchLabels: { app: 'cart' } } })],
  ],
  [
    'for this Gateway',
    'on',
    OFF,
    [telemetry('shop', ENVOY, { targetRefs: [{ kind: 'Gateway', name: 'gw' }] })],
    GATEWAY,
  ],
  [
    'for another Gateway',
    'off',
    OFF,
    [telemetry('shop', ENVOY, { targetRefs: [{ kind: 'Gateway', name: 'other' }] })],
    GATEWAY,
  ],
  [
    'for a Gateway, asked of a sidecar',
    'off',
    OFF,
    [telemetry('shop', ENVOY, { targetRefs: [{ kind: 'Gateway', name: 'gw' }] })],
  ],
  [
    'for a Gateway without a name, asked of a sidecar',
    'off',
    OFF,
    [telemetry('shop', ENVOY, { targetRefs: [{ kind: 'Gateway' }] })],
  ],
  ['of two for all, the older', 'on', OFF, [telemetry('shop', NONE, {}, 20), telemetry('shop', ENVOY, {}, 10)]],
  [
    'the root namespace of the mesh configuration',
    'on',
    mesh({}, { rootNamespace: 'root' }),
    [telemetry('root', ENVOY)],
  ],
  [
    'a proxy in the root namespace',
    'on',
    OFF,
    [telemetry('istio-system', ENVOY)],
    { ...CART, namespace: 'istio-system' },
  ],
  [
    'nonsense in the spec',
    'off',
    OFF,
    [telemetry('shop', [7, null, { providers: 'x', match: [] }], { selector: 3, targetRefs: {} })],
  ],
];

describe('access logging', () => {
  for (const [about, expected, config, telemetries = [], proxy = CART] of CASES) {
    test(about, () => assert.equal(mode(proxy, [config], telemetries), expected));
  }

  test('each revision has its own configuration', () => {
    const configs = [OFF, mesh({ accessLogFile: '/dev/stdout' }, { name: 'istio-canary', revision: 'canary' })];
    assert.equal(mode({ ...CART, revision: 'canary' }, configs), 'on');
    assert.equal(mode(CART, configs), 'off');
    assert.equal(mode({ ...CART, revision: undefined }, configs), 'unknown');
    assert.equal(mode({ ...CART, revision: undefined }, [STDOUT]), 'on');
  });

  test('unknown where what decides cannot be read', () => {
    const failed = { state: 'failed', error: REFUSED } as const;
    const telemetries = { 'telemetries.telemetry.istio.io': fresh(new Map()) };
    assert.equal(accessLogging(NO_CLUSTER, 'istio-system')(CART), 'unknown');
    assert.equal(
      accessLogging({ ...NO_CLUSTER, config: telemetries, meshConfigs: failed }, 'istio-system')(CART),
      'unknown',
    );
    assert.equal(mode(CART, []), 'unknown');
    const noTelemetries = { ...NO_CLUSTER, meshConfigs: fresh(objects([STDOUT])) };
    assert.equal(accessLogging(noTelemetries, 'istio-system')(CART), 'unknown');
  });

  test('the recorded mesh logs', () => {
    const config = [...recordedObjects('configmaps.json', mapMeshConfig).values()];
    assert.equal(mode({ ...CART, namespace: 'payment' }, config), 'on');
  });
});
