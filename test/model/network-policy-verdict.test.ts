import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { epochSeconds } from '../../src/model/brand.ts';
import type {
  LabelSelector,
  NetworkPolicy,
  NetworkPolicyPeer,
  NetworkPolicyPort,
  NetworkPolicyRule,
} from '../../src/model/network-policy.ts';
import {
  networkPolicyVerdict,
  type PolicyEndpoint,
  type PolicyTraffic,
} from '../../src/model/network-policy-verdict.ts';
import type { ContainerPort } from '../../src/model/workload.ts';

const NAME = 'kubernetes.io/metadata.name';
const ISTIOD_PORTS: readonly ContainerPort[] = [
  { name: 'http-debug', port: 8080, protocol: 'TCP' },
  { name: 'grpc-xds', port: 15010, protocol: 'TCP' },
  { name: 'tls-xds', port: 15012, protocol: 'TCP' },
  { name: 'odd', port: 15012, protocol: 'UDP' },
];
const CHECKOUT: PolicyEndpoint = {
  namespace: 'payment',
  namespaceLabels: { [NAME]: 'payment', team: 'pay' },
  labels: { app: 'checkout', version: 'v1' },
  ips: ['10.44.0.23', 'fd00:44::23'],
  ports: [{ name: 'tls-xds', port: 8080, protocol: 'TCP' }],
  hostNetwork: false,
};
const ISTIOD: PolicyEndpoint = {
  namespace: 'istio-system',
  namespaceLabels: { [NAME]: 'istio-system', team: 'platform' },
  labels: { app: 'istiod', istio: 'pilot' },
  ips: ['10.44.0.1'],
  ports: ISTIOD_PORTS,
  hostNetwork: false,
};
const XDS: PolicyTraffic = { source: CHECKOUT, destination: ISTIOD, protocol: 'TCP', port: 15012 };

function policy(spec: Partial<NetworkPolicy>): NetworkPolicy {
  return { namespace: 'payment', name: 'p', podSelector: {}, changedAt: epochSeconds(1), ...spec };
}

/** A policy at the client that isolates every pod for egress and has these rules. */
function egress(...rules: readonly NetworkPolicyRule[]): NetworkPolicy {
  return policy({ policyTypes: ['Egress'], egress: rules });
}
/** A policy at istiod that isolates it for ingress. */
function ingress(...rules: readonly NetworkPolicyRule[]): NetworkPolicy {
  return policy({ namespace: 'istio-system', policyTypes: ['Ingress'], ingress: rules });
}
const to = (...peers: readonly NetworkPolicyPeer[]): NetworkPolicy => egress({ peers });
const from = (...peers: readonly NetworkPolicyPeer[]): NetworkPolicy => ingress({ peers });
const ports = (...list: readonly NetworkPolicyPort[]): NetworkPolicy => egress({ ports: list });
const named = (namespace: string): LabelSelector => ({ matchLabels: { [NAME]: namespace } });
const app = (value: string): LabelSelector => ({ matchLabels: { app: value } });
const where = (
  key: string,
  operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist',
  ...values: readonly string[]
): LabelSelector => ({ matchExpressions: [{ key, operator, ...(values.length > 0 ? { values } : {}) }] });
const istiodPods: NetworkPolicyPeer = { namespaceSelector: named('istio-system'), podSelector: app('istiod') };
const hostNetwork = (end: PolicyEndpoint): PolicyEndpoint => ({ ...end, hostNetwork: true });

const OPEN = 'allowed allowed';
const NO_EGRESS = 'blocked allowed';
const NO_INGRESS = 'allowed blocked';

type Case = readonly [
  about: string,
  policies: readonly NetworkPolicy[],
  expected: string,
  traffic?: Partial<PolicyTraffic>,
];

const ISOLATION: readonly Case[] = [
  ['no policy at all', [], OPEN],
  ['deny all egress', [egress()], NO_EGRESS],
  ['deny all ingress at istiod', [ingress()], NO_INGRESS],
  ['deny all both ways, at both ends', [egress(), ingress()], 'blocked blocked'],
  ['default-deny of both types in the client namespace', [policy({ policyTypes: ['Ingress', 'Egress'] })], NO_EGRESS],
  ['deny all ingress at the client: replies are always allowed', [policy({ policyTypes: ['Ingress'] })], OPEN],
  [
    'deny all egress at istiod: it only replies',
    [policy({ namespace: 'istio-system', policyTypes: ['Egress'] })],
    OPEN,
  ],
  ['types missing, no rules: Ingress only', [policy({})], OPEN],
  ['types missing, no rules, at istiod', [policy({ namespace: 'istio-system' })], NO_INGRESS],
  ['types missing, empty egress list: Ingress only', [policy({ egress: [] })], OPEN],
  ['types missing, with egress rules: Egress too', [policy({ egress: [{ ports: [{ port: 53 }] }] })], NO_EGRESS],
  ['types missing, with ingress rules only', [policy({ ingress: [{}] })], OPEN],
  [
    'types Ingress, egress rules have no effect',
    [policy({ policyTypes: ['Ingress'], egress: [{ ports: [{ port: 53 }] }] })],
    OPEN,
  ],
  ['types Egress, egress missing: nothing allowed', [policy({ policyTypes: ['Egress'] })], NO_EGRESS],
  ['an empty rule allows everything', [egress({})], OPEN],
  ['an empty rule at istiod', [ingress({})], OPEN],
  ['another namespace', [{ ...egress(), namespace: 'bookinfo' }], OPEN],
  ['the podSelector names the pod', [{ ...egress(), podSelector: app('checkout') }], NO_EGRESS],
  ['the podSelector names another pod', [{ ...egress(), podSelector: app('ledger') }], OPEN],
  [
    'every label of the podSelector must match',
    [{ ...egress(), podSelector: { matchLabels: { app: 'checkout', version: 'v2' } } }],
    OPEN,
  ],
  ['podSelector In', [{ ...egress(), podSelector: where('version', 'In', 'v1', 'v2') }], NO_EGRESS],
  ['podSelector NotIn', [{ ...egress(), podSelector: where('version', 'NotIn', 'v1') }], OPEN],
  [
    'podSelector NotIn holds without the label',
    [{ ...egress(), podSelector: where('tier', 'NotIn', 'db') }],
    NO_EGRESS,
  ],
  ['podSelector Exists', [{ ...egress(), podSelector: where('version', 'Exists') }], NO_EGRESS],
  ['podSelector Exists without the label', [{ ...egress(), podSelector: where('tier', 'Exists') }], OPEN],
  ['podSelector DoesNotExist', [{ ...egress(), podSelector: where('tier', 'DoesNotExist') }], NO_EGRESS],
  [
    'labels AND expressions',
    [{ ...egress(), podSelector: { ...app('checkout'), ...where('version', 'In', 'v2') } }],
    OPEN,
  ],
  ['a label named like a method', [{ ...egress(), podSelector: where('constructor', 'Exists') }], OPEN],
  ['a client on the host network is exempt', [egress()], OPEN, { source: hostNetwork(CHECKOUT) }],
  ['an istiod on the host network is exempt', [ingress()], OPEN, { destination: hostNetwork(ISTIOD) }],
];

const PEERS: readonly Case[] = [
  ['no list of peers: everyone', [egress({ ports: [{ port: 15012 }] })], OPEN],
  ['an empty list of peers: everyone', [egress({ peers: [] })], OPEN],
  ['istiod by namespace and pod', [to(istiodPods)], OPEN],
  ['a podSelector alone means the own namespace', [to({ podSelector: app('istiod') })], NO_EGRESS],
  ['an empty podSelector: all of the own namespace', [to({ podSelector: {} })], NO_EGRESS],
  ['a namespaceSelector alone: all its pods', [to({ namespaceSelector: named('istio-system') })], OPEN],
  ['an empty namespaceSelector: all namespaces', [to({ namespaceSelector: {} })], OPEN],
  ['all namespaces, but another pod', [to({ namespaceSelector: {}, podSelector: app('kube-dns') })], NO_EGRESS],
  ['the namespace by a label of its own', [to({ namespaceSelector: { matchLabels: { team: 'platform' } } })], OPEN],
  [
    'the namespace by a label it has not',
    [to({ namespaceSelector: { matchLabels: { name: 'istio-system' } } })],
    NO_EGRESS,
  ],
  ['namespaceSelector NotIn', [to({ namespaceSelector: where(NAME, 'NotIn', 'payment') })], OPEN],
  [
    'two entries are ORed: the namespace alone is enough',
    [to({ namespaceSelector: named('istio-system') }, { podSelector: app('nobody') })],
    OPEN,
  ],
  [
    'one entry with both is ANDed',
    [to({ namespaceSelector: named('istio-system'), podSelector: app('nobody') })],
    NO_EGRESS,
  ],
  ['ingress from the namespace of the client', [from({ namespaceSelector: named('payment') })], OPEN],
  ['ingress from another namespace', [from({ namespaceSelector: named('bookinfo') })], NO_INGRESS],
  ['ingress from the own pods only', [from({ podSelector: {} })], NO_INGRESS],
  [
    'ingress from labelled pods of all namespaces',
    [from({ namespaceSelector: {}, podSelector: where('version', 'Exists') })],
    OPEN,
  ],
  [
    'ingress from pods with another label',
    [from({ namespaceSelector: {}, podSelector: where('tier', 'Exists') })],
    NO_INGRESS,
  ],
  ['a peer with nothing in it matches nobody', [to({})], NO_EGRESS],
  ['ipBlock around istiod', [to({ ipBlock: { cidr: '10.44.0.0/16' } })], OPEN],
  ['ipBlock of exactly istiod', [to({ ipBlock: { cidr: '10.44.0.1/32' } })], OPEN],
  ['ipBlock beside istiod', [to({ ipBlock: { cidr: '10.45.0.0/16' } })], NO_EGRESS],
  ['ipBlock on the cluster IP is not the pod', [to({ ipBlock: { cidr: '10.96.3.2/32' } })], NO_EGRESS],
  ['ipBlock 0.0.0.0/0', [to({ ipBlock: { cidr: '0.0.0.0/0' } })], OPEN],
  ['ipBlock except istiod', [to({ ipBlock: { cidr: '0.0.0.0/0', except: ['10.44.0.0/24'] } })], NO_EGRESS],
  ['ipBlock except something else', [to({ ipBlock: { cidr: '0.0.0.0/0', except: ['169.254.169.254/32'] } })], OPEN],
  ['one of two excepts', [to({ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16', '10.44.0.1/32'] } })], NO_EGRESS],
  [
    'an except of one entry does not bind another',
    [to({ ipBlock: { cidr: '0.0.0.0/0', except: ['10.44.0.0/24'] } }, istiodPods)],
    OPEN,
  ],
  ['IPv6 block, IPv4 istiod', [to({ ipBlock: { cidr: '::/0' } })], NO_EGRESS],
  ['ingress from the IPv6 address of a dual-stack pod', [from({ ipBlock: { cidr: 'fd00:44::/32' } })], OPEN],
  ['a block that is none', [to({ ipBlock: { cidr: 'istiod' } })], NO_EGRESS],
];

const PORTS: readonly Case[] = [
  ['no list of ports: all', [to(istiodPods)], OPEN],
  ['an empty list of ports: all', [egress({ ports: [] })], OPEN],
  ['the port', [ports({ port: 15012 })], OPEN],
  ['the port, protocol said', [ports({ protocol: 'TCP', port: 15012 })], OPEN],
  ['another port', [ports({ port: 443 })], NO_EGRESS],
  ['the port over UDP', [ports({ protocol: 'UDP', port: 15012 })], NO_EGRESS],
  ['every TCP port', [ports({ protocol: 'TCP' })], OPEN],
  ['every port of an entry without protocol is every TCP port', [ports({})], OPEN],
  ['the same entry does not cover UDP', [ports({})], NO_EGRESS, { protocol: 'UDP' }],
  ['DNS only', [ports({ protocol: 'UDP', port: 53 }, { protocol: 'TCP', port: 53 })], NO_EGRESS],
  ['one of several', [ports({ port: 443 }, { port: 15012 })], OPEN],
  ['a range', [ports({ port: 15010, endPort: 15012 })], OPEN],
  ['a range that ends before', [ports({ port: 15000, endPort: 15011 })], NO_EGRESS],
  ['a range that begins after', [ports({ port: 15013, endPort: 15020 })], NO_EGRESS],
  ['a range of one', [ports({ port: 15012, endPort: 15012 })], OPEN],
  ['a named port is the destination pod’s', [ports({ port: 'tls-xds' })], OPEN],
  ['a named port with another number', [ports({ port: 'grpc-xds' })], NO_EGRESS],
  ['a named port nobody has', [ports({ port: 'https' })], NO_EGRESS],
  ['a named port of another protocol', [ports({ port: 'odd' })], NO_EGRESS],
  ['a named port at istiod', [ingress({ ports: [{ port: 'tls-xds' }] })], OPEN],
  ['the Service port of the webhook is not 15012', [ports({ port: 443 }, { port: 15017 })], NO_EGRESS],
  ['peers AND ports: right peer, wrong port', [egress({ peers: [istiodPods], ports: [{ port: 15010 }] })], NO_EGRESS],
  [
    'peers AND ports: wrong peer, right port',
    [egress({ peers: [{ podSelector: {} }], ports: [{ port: 15012 }] })],
    NO_EGRESS,
  ],
  [
    'two rules are not mixed',
    [
      egress(
        { peers: [istiodPods], ports: [{ port: 15010 }] },
        { peers: [{ podSelector: {} }], ports: [{ port: 15012 }] },
      ),
    ],
    NO_EGRESS,
  ],
];

const TOGETHER: readonly Case[] = [
  ['policies add up: deny all and allow istiod', [egress(), to(istiodPods)], OPEN],
  ['an allow for other pods does not help', [egress(), { ...to(istiodPods), podSelector: app('ledger') }], NO_EGRESS],
  ['an allow in another namespace does not help', [egress(), { ...to(istiodPods), namespace: 'bookinfo' }], NO_EGRESS],
  ['egress allowed, ingress not', [egress(), to(istiodPods), ingress()], NO_INGRESS],
  [
    'Istio’s own policy from 1.28 lets all in',
    [ingress({ ports: [{ port: 15017 }, { port: 15010, endPort: 15012 }, { port: 8080 }] })],
    OPEN,
  ],
  [
    'the incident: default-deny beside namespace traffic and DNS',
    [
      policy({ name: 'default-deny', policyTypes: ['Ingress', 'Egress'] }),
      policy({
        name: 'allow-namespace-and-dns',
        policyTypes: ['Ingress', 'Egress'],
        ingress: [{ peers: [{ podSelector: {} }] }],
        egress: [
          { peers: [{ podSelector: {} }] },
          {
            peers: [{ namespaceSelector: {}, podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } } }],
            ports: [{ protocol: 'UDP', port: 53 }],
          },
        ],
      }),
    ],
    NO_EGRESS,
  ],
];

for (const [chapter, cases] of Object.entries({ ISOLATION, PEERS, PORTS, TOGETHER })) {
  describe(`NetworkPolicy: ${chapter.toLowerCase()}`, () => {
    for (const [about, policies, expected, traffic] of cases) {
      test(about, () => {
        const { egress: out, ingress: into } = networkPolicyVerdict(policies, { ...XDS, ...traffic });
        assert.equal(`${out} ${into}`, expected);
      });
    }
  });
}

const selector = fc.constantFrom<LabelSelector>(
  {},
  app('istiod'),
  app('checkout'),
  where('version', 'Exists'),
  named('istio-system'),
  where('x', 'NotIn', 'y'),
);
const peer: fc.Arbitrary<NetworkPolicyPeer> = fc.oneof(
  fc.record({ podSelector: selector, namespaceSelector: selector }, { requiredKeys: [] }),
  fc
    .constantFrom('10.44.0.0/16', '10.44.0.1/32', '0.0.0.0/0', '10.0.0.0/24', 'fd00:44::/32')
    .map((cidr) => ({ ipBlock: { cidr } })),
);
const port: fc.Arbitrary<NetworkPolicyPort> = fc.constantFrom<NetworkPolicyPort>(
  {},
  { port: 15012 },
  { port: 53, protocol: 'UDP' },
  { port: 15000, endPort: 16000 },
  { port: 'tls-xds' },
  { port: 443 },
);
const rule: fc.Arbitrary<NetworkPolicyRule> = fc.record(
  { peers: fc.array(peer, { maxLength: 3 }), ports: fc.array(port, { maxLength: 3 }) },
  { requiredKeys: [] },
);
const somePolicy: fc.Arbitrary<NetworkPolicy> = fc
  .record({
    namespace: fc.constantFrom('payment', 'istio-system', 'bookinfo'),
    podSelector: selector,
    policyTypes: fc.constantFrom<NonNullable<NetworkPolicy['policyTypes']>>(
      ['Ingress'],
      ['Egress'],
      ['Ingress', 'Egress'],
    ),
    ingress: fc.array(rule, { maxLength: 3 }),
    egress: fc.array(rule, { maxLength: 3 }),
  })
  .map(policy);
const policies = fc.array(somePolicy, { maxLength: 5 });

/** The same policies in other words: policies, rules, peers and ports in another order. */
function shuffled(list: readonly NetworkPolicy[], order: <T>(items: readonly T[]) => T[]): readonly NetworkPolicy[] {
  const rules = (some: readonly NetworkPolicyRule[]): NetworkPolicyRule[] =>
    order(some).map(({ peers, ports: list }) => ({
      ...(peers === undefined ? {} : { peers: order(peers) }),
      ...(list === undefined ? {} : { ports: order(list) }),
    }));
  return order(list).map((one) => ({ ...one, ingress: rules(one.ingress ?? []), egress: rules(one.egress ?? []) }));
}

describe('NetworkPolicy: properties', () => {
  test('order means nothing', () => {
    fc.assert(
      fc.property(policies, fc.array(fc.nat(), { minLength: 8, maxLength: 8 }), (list, keys) => {
        let at = 0;
        const order = <T>(items: readonly T[]): T[] =>
          items
            .map((item) => ({ item, key: (keys[at++ % keys.length] ?? 0) * 7919 * at }))
            .sort((one, other) => (one.key % 101) - (other.key % 101))
            .map(({ item }) => item);
        assert.deepEqual(networkPolicyVerdict(shuffled(list, order), XDS), networkPolicyVerdict(list, XDS));
      }),
      { numRuns: 500 },
    );
  });

  test('another rule of a policy never blocks what was allowed', () => {
    fc.assert(
      fc.property(policies, rule, fc.nat(), (list, more, pick) => {
        const at = pick % Math.max(1, list.length);
        const wider = list.map((one, index) =>
          index === at
            ? { ...one, ingress: [...(one.ingress ?? []), more], egress: [...(one.egress ?? []), more] }
            : one,
        );
        const [before, after] = [networkPolicyVerdict(list, XDS), networkPolicyVerdict(wider, XDS)];
        assert.ok(before.egress === 'blocked' || after.egress === 'allowed');
        assert.ok(before.ingress === 'blocked' || after.ingress === 'allowed');
      }),
      { numRuns: 500 },
    );
  });

  test('another policy never blocks a pod that was isolated and allowed', () => {
    fc.assert(
      fc.property(policies, somePolicy, (list, more) => {
        const isolated = [to(istiodPods), from({ namespaceSelector: {} }), ...list];
        assert.deepEqual(networkPolicyVerdict([...isolated, more], XDS), { egress: 'allowed', ingress: 'allowed' });
      }),
    );
  });

  test('the table has at least sixty cases', () => {
    assert.ok(ISOLATION.length + PEERS.length + PORTS.length + TOGETHER.length >= 60);
  });
});
