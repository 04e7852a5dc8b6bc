import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { canaryObject, istioObject } from '../../../src/demo/mesh/istio-objects.ts';
import { PROXIED, type WorkloadName } from '../../../src/demo/mesh/workloads.ts';
import { CUT_OFF } from '../../../src/demo/scenario/deed.ts';
import type { EnvoyConfig } from '../../../src/model/envoy-config.ts';
import { diffReplicas } from '../../../src/rungs/config-diff/replicas.ts';
import { CONFIG, type EnvoyLab, podOf, startEnvoyLab } from './envoy-lab.ts';

const NONE = { clusters: [], listeners: [], routes: [], endpoints: [] };
const V1 = 'outbound|8080|v1|payment-svc.payment.svc.cluster.local';
const V2 = 'outbound|8080|v2|payment-svc.payment.svc.cluster.local';

async function configOf(lab: EnvoyLab, name: WorkloadName): Promise<EnvoyConfig> {
  const { config } = await lab.held(name);
  assert.ok(config);
  return config;
}

/** Clusters and weights of the canary's route. */
function canary({ routes = [] }: EnvoyConfig): unknown {
  const hosts = routes.find(({ name }) => name === '8080')?.virtualHosts ?? [];
  const host = hosts.find(({ name }) => name.startsWith('payment-svc.'));
  return host?.routes.map(({ body }) => (body['route'] as Record<string, unknown>)['weighted_clusters'] ?? body);
}

function weights(v1: number, v2: number): unknown {
  const all = [
    { name: V1, weight: v1 },
    { name: V2, weight: v2 },
  ];
  return [{ clusters: all.filter(({ weight }) => weight > 0) }];
}

test('every Envoy of a healthy mesh holds what istiod would send, and our readers find nothing odd in either', async (context) => {
  const lab = await startEnvoyLab(context);
  for (const name of PROXIED) {
    await context.test(name, async () => {
      const { config, statuses, loggers } = await lab.held(name, [...CONFIG, 'statuses', 'loggers']);
      const would = await lab.sent(name);
      assert.deepEqual(config?.problems, []);
      assert.deepEqual(would.problems, []);
      assert.equal(config?.spelling, 'snake');
      assert.equal(would.spelling, 'camel');
      const { pod, namespace } = config?.bootstrap?.node ?? {};
      assert.deepEqual({ pod, namespace }, podOf(name));
      assert.ok((statuses?.length ?? 0) > 20 && (loggers?.length ?? 0) > 60);
      const expected = name === 'reviewsV2' ? { ...NONE, listeners: ['virtualInbound'] } : NONE;
      assert.deepEqual(await lab.differences(name), expected);
    });
  }
});

test('a proxy of the crowd holds whatever was pushed last, and keeps its loggers', async (context) => {
  const lab = await startEnvoyLab(context, 150);
  const { items } = (await (
    await fetch(`${lab.mesh.kube.urlFor(lab.mesh.tokens.kube)}/api/v1/namespaces/load-001/pods`)
  ).json()) as { items: { metadata: { name: string } }[] };
  assert.equal(items.length, 50);
  const pod = { namespace: 'load-001', pod: items[7]?.metadata.name ?? '' };
  assert.deepEqual(await lab.differences(pod), NONE);
  lab.perform({ do: 'apply', object: canaryObject({ v1: 50, v2: 50 }) });
  assert.deepEqual(await lab.differences(pod), NONE);
  const { config } = await lab.held(pod);
  assert.deepEqual(config?.problems, []);
  assert.deepEqual(canary(config ?? assert.fail()), weights(50, 50));
  const { signal } = new AbortController();
  await lab.admin.setLevels(pod, [{ name: 'http', level: 'debug' }], signal);
  const { loggers = [] } = await lab.held(pod, ['loggers']);
  assert.equal(loggers.find(({ name }) => name === 'http')?.level, 'debug');
  await assert.rejects(lab.held({ namespace: 'load-001', pod: `${pod.pod}x` }), /not found/);
});

test('two replicas hold the same', async (context) => {
  const lab = await startEnvoyLab(context);
  const [one, other] = [await configOf(lab, 'reviewsV1'), await configOf(lab, 'reviewsV1Twin')];
  assert.deepEqual(diffReplicas(one, other).differences, []);
  assert.notEqual(one.bootstrap?.node.id, other.bootstrap?.node.id);
});

test('a proxy that rejects its listener says what, why, and keeps the one before', async (context) => {
  const lab = await startEnvoyLab(context);
  const { rejections, listeners } = await configOf(lab, 'reviewsV2');
  assert.equal(rejections.length, 1);
  assert.equal(rejections[0]?.name, 'virtualInbound');
  assert.equal(
    rejections[0]?.details,
    "Didn't find a registered implementation for 'rig.does.not.exist' with type URL: 'rig.NoSuchFilter'",
  );
  const active = listeners?.find(({ name, state }) => name === 'virtualInbound' && state === 'active');
  assert.ok(active && !JSON.stringify(active.body).includes('NoSuchFilter'));
});

test('who is cut off keeps what reached it last, until it is back', async (context) => {
  const lab = await startEnvoyLab(context);
  lab.perform({ do: 'silence', pods: CUT_OFF });
  lab.perform({ do: 'declare_weights', weights: { v1: 90, v2: 10 } });
  lab.perform({ do: 'push', types: ['cds', 'lds', 'rds'] });
  assert.deepEqual(canary(await configOf(lab, 'checkout')), weights(100, 0));
  assert.deepEqual(canary(await configOf(lab, 'ratings')), weights(90, 10));
  assert.deepEqual(await lab.differences('checkout'), { ...NONE, routes: ['8080'] });
  lab.perform({ do: 'disconnect', pod: 'checkout' });
  await assert.rejects(lab.sent('checkout'), /not connected|no istiod/i);
  lab.perform({ do: 'reconnect', pod: 'checkout', istiod: 1 });
  assert.deepEqual(canary(await configOf(lab, 'checkout')), weights(90, 10));
  assert.deepEqual(await lab.differences('checkout'), NONE);
});

test('what a proxy acknowledges and loses makes it differ from istiod and from its replica', async (context) => {
  const lab = await startEnvoyLab(context);
  lab.perform({ do: 'lose_pushes', pod: 'reviewsV1Twin', lost: true });
  lab.perform({ do: 'apply', object: canaryObject({ v1: 50, v2: 50 }) });
  const { id } = lab.mesh.proxies.get('reviewsV1Twin')?.proxy ?? { id: '' };
  for (const { sent, acked } of lab.mesh.control.connection(id)?.types.values() ?? []) assert.equal(acked, sent);
  assert.deepEqual(await lab.differences('reviewsV1'), NONE);
  assert.deepEqual(await lab.differences('reviewsV1Twin'), { ...NONE, routes: ['8080'] });
  const diff = diffReplicas(await configOf(lab, 'reviewsV1'), await configOf(lab, 'reviewsV1Twin'));
  assert.deepEqual(
    diff.differences.map(({ section, name }) => `${section} ${name}`),
    ['routes 8080'],
  );
});

test('what somebody applies reaches every Envoy', async (context) => {
  const lab = await startEnvoyLab(context);
  const object = istioObject('security.istio.io/v1', 'AuthorizationPolicy', 'payment/deny-all', {
    action: 'DENY',
    rules: [{ from: [{ source: { namespaces: ['payment'] } }] }],
  });
  const holds = async (): Promise<boolean> => JSON.stringify(await configOf(lab, 'checkout')).includes('deny-all');
  assert.equal(await holds(), false);
  lab.perform({ do: 'apply', object });
  assert.equal(await holds(), true);
  assert.deepEqual(await lab.differences('checkout'), NONE);
  lab.perform({ do: 'delete', object });
  assert.equal(await holds(), false);
});

test('an ejected host is known, and not sent to', async (context) => {
  const lab = await startEnvoyLab(context);
  const out = async (): Promise<string[]> => {
    const { statuses = [] } = await lab.held('checkout', ['statuses']);
    return statuses.flatMap(({ name, hosts }) =>
      hosts
        .filter(({ verdict }) => verdict !== 'healthy')
        .map(({ address, verdict, flags }) => `${name} ${address} ${verdict} ${flags}`),
    );
  };
  assert.deepEqual(await out(), []);
  lab.perform({ do: 'eject', by: 'checkout', cluster: V1, hosts: ['paymentV1'] });
  assert.deepEqual(await out(), [`${V1} 10.44.0.21 ejected failed_outlier_check`]);
  assert.match(
    (await lab.ask('checkout', '/clusters')).text,
    /::10\.44\.0\.21:8080::health_flags::\/failed_outlier_check\n/,
  );
  lab.perform({ do: 'eject', by: 'checkout', cluster: V1, hosts: [] });
  assert.deepEqual(await out(), []);
});

const LEVELS: readonly (readonly [query: string, status: number, words: RegExp])[] = [
  ['', 200, /^active loggers:\n {2}a2a: warning\n/],
  ['?http=debug', 200, / {2}http: debug\n/],
  ['?paths=http:info,rbac:trace', 200, / {2}http: info\n[\s\S]* {2}rbac: trace\n/],
  ['?paths=http:error,nope:debug', 400, /^error: unknown logger name\n\n[\s\S]* {2}http: info\n/],
  ['?http=loud', 400, /^error: unknown logger level\n\n/],
  ['?level=warning', 200, / {2}misc: warning\n/],
];

test('loggers are told and set: all of a request, or none of it', async (context) => {
  const lab = await startEnvoyLab(context);
  assert.equal((await lab.ask('checkout', '/logging')).status, 405);
  for (const [query, status, words] of LEVELS) {
    const answer = await lab.ask('checkout', `/logging${query}`, 'POST');
    assert.equal(answer.status, status, query);
    assert.match(answer.text, words);
  }
  lab.perform({ do: 'set_levels', pod: 'checkout', levels: { rbac: 'debug' } });
  const { loggers = [] } = await lab.held('checkout', ['loggers']);
  assert.deepEqual(
    loggers.filter(({ level }) => level !== 'warning'),
    [
      { name: 'misc', level: 'error' },
      { name: 'rbac', level: 'debug' },
    ],
  );
});

const DUMPS: readonly (readonly [
  query: string,
  status: number,
  check: (configs: Record<string, unknown>[]) => void,
])[] = [
  ['', 200, (configs) => assert.equal(configs.length, 6)],
  ['?include_eds', 200, (configs) => assert.equal(configs.length, 7)],
  [
    '?mask=static_route_configs,dynamic_route_configs',
    200,
    ([only, ...more]) => {
      assert.deepEqual(Object.keys(only ?? {}), ['@type', 'static_route_configs', 'dynamic_route_configs']);
      assert.equal(more.length, 0);
    },
  ],
  ['?mask=version_info', 200, (configs) => assert.equal(configs.length, 2)],
  [
    '?mask=bootstrap.node.id',
    200,
    ([only]) =>
      assert.match(
        JSON.stringify(only),
        /"bootstrap":\{"node":\{"id":"sidecar~10\.44\.0\.23~checkout-v1-[^"]*"\}\}\}$/,
      ),
  ],
  [
    '?resource=dynamic_listeners',
    200,
    ([first]) =>
      assert.equal(first?.['@type'], 'type.googleapis.com/envoy.admin.v3.ListenersConfigDump.DynamicListener'),
  ],
];

test('a config dump is given in parts, too', async (context) => {
  const lab = await startEnvoyLab(context);
  for (const [query, status, check] of DUMPS) {
    const answer = await lab.ask('checkout', `/config_dump${query}`);
    assert.equal(answer.status, status, query);
    check(JSON.parse(answer.text).configs);
  }
  const nothing = await lab.ask('checkout', '/config_dump?mask=dynamic_clusters');
  assert.equal(nothing.status, 400);
  assert.equal(nothing.text, 'FieldMask dynamic_clusters could not be successfully applied to any configs.');
  assert.equal((await lab.ask('checkout', '/config_dump?resource=nope')).status, 404);
  assert.equal((await lab.ask('checkout', '/nope')).status, 404);
  assert.equal((await lab.ask('checkout', '/ready')).text, 'LIVE\n');
  assert.equal(JSON.parse((await lab.ask('checkout', '/server_info')).text).state, 'LIVE');
});

test('an istiod knows its own proxies alone, in its own words', async (context) => {
  const { mesh } = await startEnvoyLab(context);
  const texts = readFileSync(new URL('../../fixtures/istiod/debug-config_dump-404.txt', import.meta.url), 'utf8');
  const { namespace, pod } = podOf('checkout');
  const cases = [
    [`?proxyID=${pod}.${namespace}`, 0, 200],
    [`?proxyID=${pod}.${namespace}`, 1, 404],
    ['?proxyID=nobody.nowhere', 0, 404],
    ['', 0, 400],
  ] as const;
  const istiods = ['istiod-7d4b9c6f8d-v5xnt', 'istiod-7d4b9c6f8d-x8pql'];
  for (const [query, index, status] of cases) {
    const target = `${mesh.kube.urlFor(mesh.tokens.kube)}/api/v1/namespaces/istio-system/pods/${istiods[index]}`;
    const annotations = ((await (await fetch(target)).json()) as { metadata: { annotations: Record<string, string> } })
      .metadata.annotations;
    const response = await fetch(`http://127.0.0.1:${annotations['prometheus.io/port']}/debug/config_dump${query}`, {
      headers: { authorization: `Bearer ${mesh.tokens.istiod()}` },
    });
    assert.equal(response.status, status);
    const text = await response.text();
    if (status !== 200) assert.ok(texts.includes(text.trim()), text);
  }
});
