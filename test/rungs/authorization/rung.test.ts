import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { known } from '../../../src/model/observed.ts';
import type { RequestCount, RequestShape } from '../../../src/model/traffic.ts';
import { applies, targetOf } from '../../../src/rungs/authorization/policy-target.ts';
import { AUTHORIZATION_POLICIES, readAuthorizationPolicy } from '../../../src/rungs/authorization/read-policy.ts';
import { authorization } from '../../../src/rungs/authorization/rung.ts';
import { clusterOf, situations, snapshotOf } from '../../support/described-mesh.ts';
import { fresh, REFUSED } from '../../support/mesh.ts';
import { rungText } from '../../support/rung-text.ts';

/** istioctl calls AUDIT by Envoy's word, and CUSTOM without its provider by what becomes of it. */
const WORDS: Readonly<Record<string, string>> = { LOG: 'AUDIT', DENY: 'DENY', ALLOW: 'ALLOW' };

describe('policies as istioctl x authz check lists them', () => {
  for (const { name, cluster, checked } of situations()) {
    for (const [key, said] of checked) {
      test(`${name}: ${key}`, () => {
        const listed = [...said.matchAll(/^(LOG|DENY|ALLOW) +(\S+)\.(\S+) +\d+$/gm)].map(
          ([, action = '', policy, namespace]) => `${WORDS[action]} ${namespace}/${policy}`,
        );
        const target = targetOf(known(cluster.pods)!.get(key)!)!;
        const ours = [...known(cluster.config[AUTHORIZATION_POLICIES]!)!.values()]
          .map(readAuthorizationPolicy)
          .filter((policy) => applies(policy, target, 'istio-system'))
          .map(
            ({ action, namespace, name: policy }) => `${action === 'CUSTOM' ? 'DENY' : action} ${namespace}/${policy}`,
          );
        assert.deepEqual(ours.toSorted(), listed.toSorted());
      });
    }
  }
});

function pod(name: string, labels: string, { proxy = true, annotations = '' } = {}): string {
  const [namespace, own] = name.split('/');
  return `
apiVersion: v1
kind: Pod
metadata: {name: ${own}, namespace: ${namespace}, labels: {${labels}}, annotations: {${annotations}}}
spec: {containers: [{name: app}${proxy ? ', {name: istio-proxy}' : ''}]}
status: {phase: Running}
---`;
}

function policy(name: string, spec: string, annotations = ''): string {
  const [namespace, own] = name.split('/');
  return `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: ${own}, namespace: ${namespace}, annotations: {${annotations}}}
spec: ${spec}
---`;
}

const GATEWAY = 'gateway.networking.k8s.io/gateway-name: gate';
const WAYPOINT = 'gateway.networking.k8s.io/gateway-name: way, gateway.istio.io/managed: istio.io-mesh-controller';
const AMBIENT = { proxy: false, annotations: 'ambient.istio.io/redirection: enabled' };
const CART = pod('shop/cart', 'app: cart, version: v1');
const ref = (kind: string, name: string, group = 'gateway.networking.k8s.io'): string =>
  `{targetRefs: [{group: ${group}, kind: ${kind}, name: ${name}}]}`;
const service = (name: string, labels = ''): string => `
apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: shop, labels: {${labels}}}
spec: {ports: [{port: 80}]}
---`;

function counts(...texts: readonly string[]): readonly string[] {
  return rungText(authorization, snapshotOf(clusterOf(...texts)), 'authorization_policies').map((line) =>
    line.replace('authorization_policies', ''),
  );
}

describe('which policies stand in front of a workload', () => {
  const cart = (action: string, number = 1): string =>
    `{workload_namespace="shop",workload="cart",action="${action}"} ${number}`;
  const table: readonly (readonly [about: string, objects: string, expected: readonly string[]])[] = [
    ['none', CART, []],
    [
      'of its namespace, and of the root',
      CART + policy('shop/a', '{}') + policy('shop/b', '{action: DENY}') + policy('istio-system/c', '{action: ALLOW}'),
      [cart('DENY'), cart('ALLOW', 2)],
    ],
    [
      'by labels, all of them',
      CART +
        policy('shop/a', '{selector: {matchLabels: {app: cart, version: v1}}}') +
        policy('shop/b', '{selector: {matchLabels: {app: cart, version: v2}}}'),
      [cart('ALLOW')],
    ],
    [
      'from the root by labels too',
      CART + policy('istio-system/a', '{selector: {matchLabels: {app: cart}}, action: AUDIT}'),
      [cart('AUDIT')],
    ],
    ['an empty selector is for all', CART + policy('shop/a', '{selector: {}}'), [cart('ALLOW')]],
    ['not of another namespace', CART + policy('web/a', '{}'), []],
    [
      'a dry run counts as one',
      CART +
        policy('shop/a', '{action: DENY}', 'istio.io/dry-run: "true"') +
        policy('shop/b', '{}', 'istio.io/dry-run: "no"'),
      [cart('ALLOW'), cart('DRY_RUN')],
    ],
    ['a sidecar takes no targets', CART + policy('shop/a', ref('Gateway', 'gate')), []],
    ['a pod without a proxy takes none', pod('shop/cart', 'app: cart', { proxy: false }) + policy('shop/a', '{}'), []],
    [
      'a ztunnel takes ALLOW and DENY',
      pod('shop/cart', 'app: cart', AMBIENT) +
        policy('shop/a', '{}') +
        policy('shop/b', '{action: DENY}') +
        policy('shop/c', '{action: CUSTOM}') +
        policy('shop/d', '{action: AUDIT}') +
        policy('shop/e', ref('Service', 'cart', "''")),
      [cart('DENY'), cart('ALLOW')],
    ],
    [
      'a gateway by target, and by labels',
      pod('shop/cart', GATEWAY) +
        policy('shop/a', ref('Gateway', 'gate')) +
        policy('shop/b', ref('Gateway', 'other')) +
        policy('shop/c', '{action: DENY}') +
        policy('web/d', ref('Gateway', 'gate')),
      [cart('DENY'), cart('ALLOW')],
    ],
    [
      'a target by its older name',
      pod('shop/cart', GATEWAY) +
        policy('shop/a', '{targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: gate}}'),
      [cart('ALLOW')],
    ],
    [
      "a Gateway of Istio's own kind is another",
      pod('shop/cart', GATEWAY) + policy('shop/a', ref('Gateway', 'gate', 'networking.istio.io')),
      [],
    ],
    [
      'a waypoint by its Gateway or class, never by labels',
      pod('shop/cart', WAYPOINT) +
        policy('shop/a', ref('Gateway', 'way')) +
        policy('istio-system/b', ref('GatewayClass', 'istio-waypoint')) +
        policy('shop/c', '{}') +
        policy('shop/d', ref('GatewayClass', 'istio-waypoint')),
      [cart('ALLOW', 2)],
    ],
    [
      'a waypoint by the services that ask for it',
      pod('shop/cart', WAYPOINT) +
        service('pay', 'istio.io/use-waypoint: way') +
        service('free', 'istio.io/use-waypoint: none') +
        policy('shop/a', ref('Service', 'pay', "''")) +
        policy('shop/b', ref('Service', 'free', "''")) +
        policy('web/c', ref('Service', 'pay', "''")),
      [cart('ALLOW')],
    ],
    [
      'a waypoint for all of a namespace',
      pod('shop/cart', WAYPOINT) +
        'apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {istio.io/use-waypoint: way}}\n---' +
        service('pay') +
        policy('shop/a', ref('Service', 'pay', 'core')),
      [cart('ALLOW')],
    ],
    [
      'pods of one workload with different labels',
      pod('shop/cart-0', 'app: a') +
        pod('shop/cart-1', 'app: b') +
        policy('shop/x', '{selector: {matchLabels: {app: a}}}') +
        policy('shop/y', '{selector: {matchLabels: {app: b}}}'),
      [cart('ALLOW', 2)],
    ],
    ['one that no API server would take is not counted', CART + policy('shop/a', '{action: MAYBE}'), []],
  ];
  for (const [about, objects, expected] of table) {
    test(about, () => assert.deepEqual(counts(objects.replaceAll('---apiVersion', '---\napiVersion')), expected));
  }

  test('without pods or policies nothing is said', () => {
    const cluster = clusterOf(CART + policy('shop/a', '{}'));
    const failed = { state: 'failed', error: REFUSED } as const;
    assert.equal(rungText(authorization, snapshotOf(cluster)).length, 1);
    assert.deepEqual(rungText(authorization, snapshotOf({ ...cluster, pods: failed })), []);
    assert.deepEqual(
      rungText(authorization, snapshotOf({ ...cluster, config: { [AUTHORIZATION_POLICIES]: failed } })),
      [],
    );
    assert.deepEqual(rungText(authorization, snapshotOf({ ...cluster, config: {} })), []);
  });
});

const SHAPE: RequestShape = {
  proxyNamespace: 'shop',
  workload: 'cart',
  direction: 'inbound',
  destination: 'cart.shop.svc.cluster.local',
  subset: '',
  route: 'default',
  responseCode: 403,
  flags: [],
  details: 'rbac_access_denied_matched_policy',
};

function line(count: number, changes: Partial<RequestShape>): RequestCount {
  return { shape: { ...SHAPE, ...changes }, count };
}

test('denials by rule, over HTTP and TCP; the 403 of an application is none', () => {
  const denial = { policyNamespace: 'shop', policy: 'admin', rule: '0' };
  const requests = [
    line(3, { denial }),
    line(2, { denial, responseCode: 0 }),
    line(4, { denial: { ...denial, rule: '1' } }),
    line(5, { denial: { policyNamespace: '', policy: 'none', rule: '' } }),
    line(100, { details: 'via_upstream' }),
  ];
  const snapshot = {
    ...snapshotOf(clusterOf('')),
    traffic: fresh({ requests, proxyLogs: [], xdsStreamFailures: [], intake: [] }),
  };
  assert.deepEqual(rungText(authorization, snapshot), [
    'authorization_denials_total{proxy_namespace="shop",workload="cart",policy_namespace="shop",policy="admin",rule="0"} 5',
    'authorization_denials_total{proxy_namespace="shop",workload="cart",policy_namespace="shop",policy="admin",rule="1"} 4',
    'authorization_denials_total{proxy_namespace="shop",workload="cart",policy_namespace="",policy="none",rule=""} 5',
  ]);
});
