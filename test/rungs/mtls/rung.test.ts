import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { epochSeconds } from '../../../src/model/brand.ts';
import { type ClusterObjects, type ObjectMap, objectKey } from '../../../src/model/cluster.ts';
import { known } from '../../../src/model/observed.ts';
import type { ConfigObject, Pod } from '../../../src/model/workload.ts';
import { DESTINATION_RULES } from '../../../src/rungs/mtls/destination-rules.ts';
import { effectiveMtls, PEER_AUTHENTICATIONS } from '../../../src/rungs/mtls/peer-authentication.ts';
import { mtls } from '../../../src/rungs/mtls/rung.ts';
import { computingMs } from '../../support/computing-ms.ts';
import { clusterOf, snapshotOf } from '../../support/described-mesh.ts';
import { REFUSED } from '../../support/mesh.ts';
import { rungText } from '../../support/rung-text.ts';

interface PodWords {
  readonly labels?: string;
  readonly proxy?: boolean;
  readonly annotations?: string;
  readonly ports?: string;
}

function pod(
  name: string,
  { labels = `app: ${name.split('/')[1]}`, proxy = true, annotations = '', ports = '8080' }: PodWords = {},
): string {
  const [namespace, own] = name.split('/');
  const sidecar = proxy ? ', {name: istio-proxy, ports: [{containerPort: 15090}]}' : '';
  return `
apiVersion: v1
kind: Pod
metadata: {name: ${own}, namespace: ${namespace}, labels: {${labels}}, annotations: {${annotations}}}
spec: {containers: [{name: app, ports: [{name: web, containerPort: ${ports}}]}${sidecar}]}
status: {phase: Running}
---`;
}

function service(name: string, app: string, ports = '[{port: 80, targetPort: 8080}]'): string {
  const [namespace, own] = name.split('/');
  return `
apiVersion: v1
kind: Service
metadata: {name: ${own}, namespace: ${namespace}}
spec: {selector: {app: ${app}}, ports: ${ports}}
---`;
}

function peer(name: string, spec: string, created = ''): string {
  const [namespace, own] = name.split('/');
  return `
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: ${own}, namespace: ${namespace}${created === '' ? '' : `, creationTimestamp: "${created}"`}}
spec: ${spec}
---`;
}

function rule(name: string, spec: string): string {
  const [namespace, own] = name.split('/');
  return `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: ${own}, namespace: ${namespace}}
spec: ${spec}
---`;
}

function meshConfig(mesh: string): string {
  return `
apiVersion: v1
kind: ConfigMap
metadata: {name: istio, namespace: istio-system}
data: {mesh: "${mesh}"}
---`;
}

const STRICT = '{mtls: {mode: STRICT}}';
/** A server in `shop`, called from there and from `web`. */
const SHOP = pod('shop/cart') + pod('web/page') + service('shop/cart', 'cart');

function conflicts(...texts: readonly string[]): readonly string[] {
  return rungText(mtls, snapshotOf(clusterOf(...texts)), 'mtls_conflict').map((line) => {
    const words = Object.fromEntries(
      [...line.matchAll(/(\w+)="([^"]*)"/g)].map(([, label = '', value = '']) => [label, value]),
    );
    return `${words['object_namespace']}/${words['object_name']} ${words['destination']?.replace('.svc.cluster.local', '')} ${words['reason']}`;
  });
}

describe('modes', () => {
  test('port over workload over namespace over mesh; every port that a container has', () => {
    const cluster = clusterOf(
      SHOP + pod('shop/old', { ports: '9090' }),
      peer('istio-system/default', STRICT) +
        peer('shop/default', '{mtls: {mode: PERMISSIVE}}') +
        peer(
          'shop/cart',
          '{selector: {matchLabels: {app: cart}}, mtls: {mode: DISABLE}, portLevelMtls: {8080: {mode: STRICT}, 9000: {mode: UNSET}}}',
        ),
    );
    assert.deepEqual(rungText(mtls, snapshotOf(cluster), 'mtls_mode'), [
      'mtls_mode{workload_namespace="shop",workload="cart",port="*",mode="DISABLE"} 1',
      'mtls_mode{workload_namespace="shop",workload="cart",port="8080",mode="STRICT"} 1',
      'mtls_mode{workload_namespace="shop",workload="cart",port="9000",mode="DISABLE"} 1',
      'mtls_mode{workload_namespace="web",workload="page",port="*",mode="STRICT"} 1',
      'mtls_mode{workload_namespace="web",workload="page",port="8080",mode="STRICT"} 1',
      'mtls_mode{workload_namespace="shop",workload="old",port="*",mode="PERMISSIVE"} 1',
      'mtls_mode{workload_namespace="shop",workload="old",port="9090",mode="PERMISSIVE"} 1',
    ]);
  });

  /** The mode of one pod and, after a slash, of its port 8080. */
  function modes(peers: string, about = pod('shop/cart')): string {
    const cluster = clusterOf(about + peers);
    const all = known(cluster.config[PEER_AUTHENTICATIONS]!)!.values();
    const { workload, ports } = effectiveMtls(all, 'istio-system')([...known(cluster.pods)!.values()][0]!);
    return `${workload.mode}/${ports.get(8080)?.mode ?? '-'}`;
  }

  const table: readonly (readonly [about: string, peers: string, expected: string])[] = [
    ['nothing said', '', 'PERMISSIVE/-'],
    [
      'the oldest of two wins',
      peer('shop/b', '{mtls: {mode: DISABLE}}', '2026-01-01T00:00:00Z') +
        peer('shop/a', STRICT, '2026-01-02T00:00:00Z'),
      'DISABLE/-',
    ],
    ['of one age, the name decides', peer('shop/b', '{mtls: {mode: DISABLE}}') + peer('shop/a', STRICT), 'STRICT/-'],
    [
      'UNSET inherits',
      peer('istio-system/default', STRICT) + peer('shop/default', '{mtls: {mode: UNSET}}'),
      'STRICT/-',
    ],
    ['an empty spec inherits', peer('istio-system/default', STRICT) + peer('shop/default', '{}'), 'STRICT/-'],
    ['an empty selector is none', peer('shop/default', '{selector: {}, mtls: {mode: STRICT}}'), 'STRICT/-'],
    [
      'ports without a selector count for nothing',
      peer('shop/default', '{mtls: {mode: STRICT}, portLevelMtls: {8080: {mode: DISABLE}}}'),
      'STRICT/-',
    ],
    [
      'a selector in the root namespace counts for nothing',
      peer('istio-system/cart', '{selector: {matchLabels: {app: cart}}, mtls: {mode: STRICT}}'),
      'PERMISSIVE/-',
    ],
    ['another workload', peer('shop/x', '{selector: {matchLabels: {app: x}}, mtls: {mode: STRICT}}'), 'PERMISSIVE/-'],
    ['another namespace', peer('web/default', STRICT), 'PERMISSIVE/-'],
    [
      'a port inherits from the namespace',
      peer('shop/default', STRICT) +
        peer('shop/cart', '{selector: {matchLabels: {app: cart}}, portLevelMtls: {8080: {}}}'),
      'STRICT/STRICT',
    ],
    ['a word that is no mode inherits', peer('shop/default', '{mtls: {mode: SOMETIMES}}'), 'PERMISSIVE/-'],
  ];
  for (const [about, peers, expected] of table) test(about, () => assert.equal(modes(peers), expected));

  test('a workload in the root namespace has the word of the mesh', () => {
    const peers =
      peer('istio-system/default', STRICT) +
      peer('istio-system/x', '{selector: {matchLabels: {app: cart}}, mtls: {mode: DISABLE}}');
    assert.equal(modes(peers, pod('istio-system/cart')), 'STRICT/-');
  });

  test('gateways and pods without a proxy have none; a mesh configuration may name another root', () => {
    const cluster = clusterOf(
      pod('shop/bare', { proxy: false }) + pod('shop/gate', { labels: 'istio: ingressgateway' }) + pod('shop/cart'),
      meshConfig('rootNamespace: mesh') + peer('mesh/default', STRICT),
    );
    assert.deepEqual(rungText(mtls, snapshotOf(cluster), 'mtls_mode'), [
      'mtls_mode{workload_namespace="shop",workload="cart",port="*",mode="STRICT"} 1',
      'mtls_mode{workload_namespace="shop",workload="cart",port="8080",mode="STRICT"} 1',
    ]);
  });

  test('order makes no difference', () => {
    const peers = ['a', 'b', 'c'].flatMap((name, age) => [
      peer(
        `shop/${name}`,
        `{mtls: {mode: ${['STRICT', 'DISABLE', 'PERMISSIVE'][age]}}}`,
        `2026-01-0${3 - age}T00:00:00Z`,
      ),
      peer(
        `shop/${name}1`,
        `{selector: {matchLabels: {app: cart}}, portLevelMtls: {8080: {mode: ${['DISABLE', 'STRICT'][age % 2]}}}}`,
        `2026-01-0${1 + age}T00:00:00Z`,
      ),
    ]);
    const expected = modes(peers.join(''));
    fc.assert(
      fc.property(
        fc.shuffledSubarray(peers, { minLength: peers.length }),
        (mixed) => modes(mixed.join('')) === expected,
      ),
      { numRuns: 30 },
    );
  });
});

describe('conflicts', () => {
  const strict = peer('shop/default', STRICT);
  const off = '{host: cart, trafficPolicy: {tls: {mode: DISABLE}}}';
  const mutual = '{host: cart, trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}}';
  const table: readonly (readonly [about: string, objects: string, expected: readonly string[]])[] = [
    ['plaintext to STRICT', SHOP + strict + rule('shop/off', off), ['shop/off cart.shop plaintext_to_strict']],
    [
      'TLS without a mesh certificate to STRICT',
      SHOP + strict + rule('shop/r', '{host: cart, trafficPolicy: {tls: {mode: SIMPLE}}}'),
      ['shop/r cart.shop tls_to_strict'],
    ],
    [
      'with certificates of its own, who knows',
      SHOP + strict + rule('shop/r', '{host: cart, trafficPolicy: {tls: {mode: MUTUAL}}}'),
      [],
    ],
    [
      'a tls block without a mode is DISABLE',
      SHOP + strict + rule('shop/r', '{host: cart, trafficPolicy: {tls: {}}}'),
      ['shop/r cart.shop plaintext_to_strict'],
    ],
    ['plaintext to PERMISSIVE is fine', SHOP + rule('shop/off', off), []],
    ['mTLS to STRICT is fine', SHOP + strict + rule('shop/r', mutual), []],
    [
      'mTLS to DISABLE',
      SHOP + peer('shop/default', '{mtls: {mode: DISABLE}}') + rule('shop/r', mutual),
      ['shop/r cart.shop mtls_to_disabled'],
    ],
    [
      'mTLS to a pod without a sidecar',
      pod('shop/cart', { proxy: false }) + pod('web/page') + service('shop/cart', 'cart') + rule('shop/r', mutual),
      ['shop/r cart.shop mtls_to_no_proxy'],
    ],
    [
      'mTLS to a port that goes past the sidecar',
      pod('shop/cart', { annotations: 'traffic.sidecar.istio.io/excludeInboundPorts: "1, 8080"' }) +
        service('shop/cart', 'cart') +
        rule('shop/r', mutual),
      ['shop/r cart.shop mtls_to_no_proxy'],
    ],
    [
      'only ports that are included come to the sidecar',
      pod('shop/cart', { annotations: 'traffic.sidecar.istio.io/includeInboundPorts: "9090"' }) +
        service('shop/cart', 'cart') +
        strict +
        rule('shop/off', off),
      [],
    ],
    [
      'a pod that speaks mTLS itself',
      pod('shop/cart', { proxy: false, labels: 'app: cart, security.istio.io/tlsMode: istio' }) +
        pod('web/page') +
        service('shop/cart', 'cart') +
        rule('shop/r', mutual),
      [],
    ],
    [
      'a port of its own',
      SHOP +
        peer(
          'shop/cart',
          '{selector: {matchLabels: {app: cart}}, mtls: {mode: STRICT}, portLevelMtls: {8080: {mode: PERMISSIVE}}}',
        ) +
        rule('shop/off', off),
      [],
    ],
    [
      "the port is the container's",
      SHOP +
        peer(
          'shop/cart',
          '{selector: {matchLabels: {app: cart}}, mtls: {mode: STRICT}, portLevelMtls: {80: {mode: PERMISSIVE}}}',
        ) +
        rule('shop/off', off),
      ['shop/off cart.shop plaintext_to_strict'],
    ],
    [
      'a port by its name',
      pod('shop/cart') + service('shop/cart', 'cart', '[{port: 80, targetPort: web}]') + strict + rule('shop/off', off),
      ['shop/off cart.shop plaintext_to_strict'],
    ],
    [
      'a port that no container has',
      pod('shop/cart') +
        service('shop/cart', 'cart', '[{port: 80, targetPort: grpc}]') +
        strict +
        rule('shop/off', off),
      [],
    ],
    [
      "UDP is nobody's",
      pod('shop/cart') + service('shop/cart', 'cart', '[{port: 53, protocol: UDP}]') + strict + rule('shop/off', off),
      [],
    ],
    [
      'a port-level word of the rule',
      SHOP +
        strict +
        rule(
          'shop/off',
          '{host: cart, trafficPolicy: {portLevelSettings: [{port: {number: 80}, tls: {mode: DISABLE}}]}}',
        ),
      ['shop/off cart.shop plaintext_to_strict'],
    ],
    [
      "a port-level word over the rule's own",
      SHOP +
        strict +
        rule(
          'shop/r',
          '{host: cart, trafficPolicy: {tls: {mode: DISABLE}, portLevelSettings: [{port: {number: 80}, tls: {mode: ISTIO_MUTUAL}}]}}',
        ),
      [],
    ],
    [
      'a port-level word for another port',
      SHOP +
        strict +
        rule(
          'shop/r',
          '{host: cart, trafficPolicy: {portLevelSettings: [{port: {number: 81}, tls: {mode: DISABLE}}]}}',
        ),
      [],
    ],
    [
      'a subset',
      SHOP +
        strict +
        rule(
          'shop/r',
          '{host: cart, subsets: [{name: v1, labels: {app: cart}, trafficPolicy: {tls: {mode: DISABLE}}}]}',
        ),
      ['shop/r cart.shop plaintext_to_strict'],
    ],
    [
      'a subset without such pods',
      SHOP +
        strict +
        rule(
          'shop/r',
          '{host: cart, subsets: [{name: v2, labels: {version: v2}, trafficPolicy: {tls: {mode: DISABLE}}}]}',
        ),
      [],
    ],
    [
      'a host in full',
      SHOP + strict + rule('web/r', '{host: cart.shop.svc.cluster.local, trafficPolicy: {tls: {mode: DISABLE}}}'),
      ['web/r cart.shop plaintext_to_strict'],
    ],
    [
      'a host in part is no host',
      SHOP + strict + rule('web/r', '{host: cart.shop, trafficPolicy: {tls: {mode: DISABLE}}}'),
      [],
    ],
    [
      'a host with a star',
      SHOP + strict + rule('istio-system/all', '{host: "*.local", trafficPolicy: {tls: {mode: DISABLE}}}'),
      ['istio-system/all cart.shop plaintext_to_strict'],
    ],
    [
      'the longer host wins',
      SHOP +
        strict +
        rule('istio-system/all', '{host: "*.local", trafficPolicy: {tls: {mode: DISABLE}}}') +
        rule('istio-system/shop', '{host: "*.shop.svc.cluster.local", trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}}'),
      [],
    ],
    [
      "the service's namespace before the root's",
      SHOP +
        strict +
        rule('istio-system/all', '{host: "*.local", trafficPolicy: {tls: {mode: DISABLE}}}') +
        rule('shop/cart', '{host: cart}'),
      [],
    ],
    [
      "the caller's namespace before the service's",
      SHOP + strict + rule('shop/off', off) + rule('web/r', '{host: cart.shop.svc.cluster.local}'),
      ['shop/off cart.shop plaintext_to_strict'],
    ],
    [
      'for nobody else',
      SHOP + strict + rule('other/off', '{host: cart.shop.svc.cluster.local, trafficPolicy: {tls: {mode: DISABLE}}}'),
      [],
    ],
    [
      'not exported, and nobody here',
      pod('shop/cart', { proxy: true }) +
        strict +
        pod('web/page') +
        service('shop/cart', 'cart') +
        rule('istio-system/off', '{host: "*.local", exportTo: ["."], trafficPolicy: {tls: {mode: DISABLE}}}'),
      [],
    ],
    [
      'exported to one caller',
      SHOP +
        strict +
        rule('istio-system/off', '{host: "*.local", exportTo: [web], trafficPolicy: {tls: {mode: DISABLE}}}'),
      ['istio-system/off cart.shop plaintext_to_strict'],
    ],
    [
      'for some callers',
      SHOP +
        strict +
        rule(
          'web/off',
          '{host: cart.shop.svc.cluster.local, workloadSelector: {matchLabels: {app: page}}, trafficPolicy: {tls: {mode: DISABLE}}}',
        ),
      ['web/off cart.shop plaintext_to_strict'],
    ],
    [
      'for callers that are not there',
      SHOP +
        strict +
        rule(
          'web/off',
          '{host: cart.shop.svc.cluster.local, workloadSelector: {matchLabels: {app: x}}, trafficPolicy: {tls: {mode: DISABLE}}}',
        ),
      [],
    ],
    [
      'two rules for one host: the first traffic policy, all subsets',
      SHOP +
        strict +
        rule('shop/a', '{host: cart, subsets: [{name: v1, labels: {app: cart}}]}') +
        rule('shop/b', off) +
        rule('shop/c', mutual),
      ['shop/b cart.shop plaintext_to_strict'],
    ],
    [
      'without auto mTLS, nobody encrypts',
      SHOP + strict + meshConfig('enableAutoMtls: false'),
      ['shop/default cart.shop auto_mtls_off'],
    ],
    [
      'without auto mTLS, but told to',
      SHOP +
        strict +
        meshConfig('enableAutoMtls: false') +
        rule('istio-system/all', '{host: "*.local", trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}}'),
      [],
    ],
    [
      'pods without a proxy beside a STRICT server',
      SHOP + strict + pod('shop/job', { proxy: false }),
      ['shop/default cart.shop pods_outside_mesh'],
    ],
    ['pods without a proxy elsewhere', SHOP + strict + pod('legacy/job', { proxy: false }), []],
    [
      'a service without a selector',
      pod('shop/cart') +
        '\napiVersion: v1\nkind: Service\nmetadata: {name: cart, namespace: shop}\nspec: {ports: [{port: 80}]}\n---' +
        strict +
        rule('shop/off', off),
      [],
    ],
    [
      'nobody who could call',
      pod('shop/cart', { proxy: false }) + service('shop/cart', 'cart') + rule('shop/r', mutual),
      [],
    ],
  ];
  for (const [about, objects, expected] of table) test(about, () => assert.deepEqual(conflicts(objects), expected));

  test('no object of any shape stops it', () => {
    const cluster = clusterOf(SHOP);
    fc.assert(
      fc.property(fc.object({ maxDepth: 5, key: fc.constantFrom(...FIELD_NAMES) }), (spec) => {
        const odd = (name: string): ObjectMap<ConfigObject> => new Map([[objectKey('shop', name), stored(name, spec)]]);
        const config = {
          ...cluster.config,
          [PEER_AUTHENTICATIONS]: { state: 'fresh' as const, at: epochSeconds(1), value: odd('p') },
          [DESTINATION_RULES]: { state: 'fresh' as const, at: epochSeconds(1), value: odd('d') },
        };
        mtls.evaluate(snapshotOf({ ...cluster, config }));
      }),
    );
  });
});

const FIELD_NAMES = [
  'host',
  'mtls',
  'mode',
  'selector',
  'matchLabels',
  'portLevelMtls',
  'trafficPolicy',
  'tls',
  'portLevelSettings',
  'port',
  'number',
  'subsets',
  'labels',
  'exportTo',
  'workloadSelector',
  '8080',
];

function stored(name: string, spec: Record<string, unknown>): ConfigObject {
  return {
    apiVersion: 'v1',
    kind: 'X',
    namespace: 'shop',
    name,
    labels: {},
    annotations: {},
    createdAt: epochSeconds(1),
    spec: { host: '*.local', ...spec },
  };
}

describe('what is not known', () => {
  const all = clusterOf(
    SHOP + peer('shop/default', STRICT) + rule('shop/off', '{host: cart, trafficPolicy: {tls: {mode: DISABLE}}}'),
  );
  const failed = { state: 'failed', error: REFUSED } as const;
  const lines = (changes: Partial<ClusterObjects>): number => rungText(mtls, snapshotOf({ ...all, ...changes })).length;

  test('says nothing, kind by kind', () => {
    assert.equal(lines({}), 5);
    assert.equal(lines({ pods: failed }), 0);
    assert.equal(lines({ config: { ...all.config, [PEER_AUTHENTICATIONS]: failed } }), 0);
    assert.equal(lines({ config: { ...all.config, [DESTINATION_RULES]: failed } }), 4);
    assert.equal(lines({ services: failed }), 4);
    assert.equal(lines({ meshConfigs: failed }), 5);
    assert.equal(lines({ config: {} }), 0);
  });
});

test('ten thousand pods and a thousand services are judged in the time of a scrape', () => {
  const pods = new Map<string, Pod>();
  const base = known(clusterOf(pod('shop/cart')).pods)!.get('shop/cart')!;
  let text = '';
  for (let nth = 0; nth < 10_000; nth += 1) {
    const [namespace, app] = [`ns${nth % 100}`, `app${nth % 1_000}`];
    pods.set(`${namespace}/p${nth}`, { ...base, namespace, name: `p${nth}`, labels: { app } });
    if (nth < 1_000) text += service(`${namespace}/${app}`, app);
  }
  const cluster = clusterOf(
    text +
      rule('istio-system/all', '{host: "*.local", trafficPolicy: {tls: {mode: DISABLE}}}') +
      peer('ns7/default', STRICT),
  );
  const snapshot = snapshotOf({ ...cluster, pods: { state: 'fresh', at: epochSeconds(1), value: pods } });
  const firstMs = computingMs(() => assert.equal(mtls.evaluate(snapshot).conflict.length, 10));
  assert.ok(firstMs < 3_000, `${firstMs} ms`);
  const againMs = computingMs(() => mtls.evaluate(snapshot));
  assert.ok(againMs < 300, `what did not change is not judged again: ${againMs} ms`);
});
