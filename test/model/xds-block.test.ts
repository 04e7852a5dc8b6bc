import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { epochSeconds } from '../../src/model/brand.ts';
import { type ClusterObjects, NO_CLUSTER } from '../../src/model/cluster.ts';
import type { NetworkPolicy } from '../../src/model/network-policy.ts';
import type { XdsBlock } from '../../src/model/proxy-row.ts';
import type { Pod } from '../../src/model/workload.ts';
import { xdsBlocks } from '../../src/model/xds-block.ts';
import { mapNamespace } from '../../src/sources/kubernetes/objects/namespaces.ts';
import { mapPod } from '../../src/sources/kubernetes/objects/pods.ts';
import { fresh, objects, pod, REFUSED, recordedObjects } from '../support/mesh.ts';

const NAMESPACES = recordedObjects('namespaces.json', mapNamespace);
const PODS = recordedObjects('pods.json', mapPod);
const CHECKOUT = 'payment/checkout-v1-5c7d8e9f6b-qw4rt';

function policy(name: string, changedAt: number, spec: Partial<NetworkPolicy> = {}): NetworkPolicy {
  return { namespace: 'payment', name, podSelector: {}, changedAt: epochSeconds(changedAt), ...spec };
}

const DEFAULT_DENY = policy('default-deny', 200, { policyTypes: ['Ingress', 'Egress'] });
const NAMESPACE_AND_DNS = policy('allow-namespace-and-dns', 100, {
  policyTypes: ['Ingress', 'Egress'],
  ingress: [{ peers: [{ podSelector: {} }] }],
  egress: [
    { peers: [{ podSelector: {} }] },
    { peers: [{ namespaceSelector: {} }], ports: [{ protocol: 'UDP', port: 53 }] },
  ],
});
const ISTIOD_DENY = policy('istiod-deny', 50, { namespace: 'istio-system', policyTypes: ['Ingress'] });

function cluster(policies: readonly NetworkPolicy[], changes: Partial<ClusterObjects> = {}): ClusterObjects {
  return {
    ...NO_CLUSTER,
    pods: fresh(PODS),
    namespaces: fresh(NAMESPACES),
    networkPolicies: fresh(objects(policies)),
    ...changes,
  };
}

function blocks(from: ClusterObjects): Readonly<Record<string, readonly XdsBlock[]>> {
  const found = xdsBlocks(from, epochSeconds(1000), 60);
  assert.ok(found !== undefined);
  return Object.fromEntries(found);
}

function withPods(...more: readonly Pod[]): Partial<ClusterObjects> {
  return { pods: fresh(new Map([...PODS, ...objects(more)])) };
}

describe('the incident', () => {
  test('names the policy changed last, and the others beside it, for all pods of the namespace', () => {
    const found = blocks(cluster([NAMESPACE_AND_DNS, DEFAULT_DENY]));
    assert.deepEqual(Object.keys(found).sort(), [
      CHECKOUT,
      'payment/payment-svc-v1-6d8f9b7c5d-2xkqp',
      'payment/payment-svc-v2-7b9c6d5f4e-m8zrt',
    ]);
    assert.deepEqual(found[CHECKOUT], [
      {
        policyNamespace: 'payment',
        policy: 'default-deny',
        direction: 'egress',
        others: ['payment/allow-namespace-and-dns'],
      },
    ]);
  });

  test('is over when the policy is gone', () => {
    assert.deepEqual(blocks(cluster([])), {});
  });

  test('is over when another policy allows istiod', () => {
    const allow = policy('allow-istiod', 300, {
      policyTypes: ['Egress'],
      egress: [
        {
          peers: [{ namespaceSelector: {}, podSelector: { matchLabels: { app: 'istiod' } } }],
          ports: [{ port: 15012 }],
        },
      ],
    });
    assert.deepEqual(blocks(cluster([NAMESPACE_AND_DNS, DEFAULT_DENY, allow])), {});
  });
});

test('a policy at istiod blocks every proxy, by ingress', () => {
  const found = blocks(cluster([ISTIOD_DENY]));
  assert.equal(Object.keys(found).length, 9);
  assert.deepEqual(found[CHECKOUT], [
    { policyNamespace: 'istio-system', policy: 'istiod-deny', direction: 'ingress', others: [] },
  ]);
});

test('both ends block: both are told, egress first', () => {
  const found = blocks(cluster([DEFAULT_DENY, ISTIOD_DENY]))[CHECKOUT];
  assert.deepEqual(
    found?.map(({ direction, policy }) => `${direction} ${policy}`),
    ['egress default-deny', 'ingress istiod-deny'],
  );
});

test('policies changed in the same second are told in the same order always', () => {
  const [a, b] = [policy('a', 5, { policyTypes: ['Egress'] }), policy('b', 5, { policyTypes: ['Egress'] })];
  for (const list of [
    [a, b],
    [b, a],
  ]) {
    assert.deepEqual(blocks(cluster(list))[CHECKOUT]?.[0], {
      policyNamespace: 'payment',
      policy: 'a',
      direction: 'egress',
      others: ['payment/b'],
    });
  }
});

test('DNS that is blocked too is told; without a DNS pod to see nothing is said of it', () => {
  const dns = pod('kube-system', 'coredns-1', {
    labels: { 'k8s-app': 'kube-dns' },
    ports: [{ port: 53, protocol: 'UDP' }],
  });
  assert.equal(blocks(cluster([DEFAULT_DENY], withPods(dns)))[CHECKOUT]?.[0]?.dnsBlocked, true);
  assert.equal(blocks(cluster([DEFAULT_DENY, NAMESPACE_AND_DNS], withPods(dns)))[CHECKOUT]?.[0]?.dnsBlocked, undefined);
  assert.equal(blocks(cluster([DEFAULT_DENY]))[CHECKOUT]?.[0]?.dnsBlocked, undefined);
});

test('other policy engines are noted: they may allow what this policy does not', () => {
  const found = blocks(cluster([DEFAULT_DENY], { otherPolicyEngines: ['cilium.io'] }));
  assert.deepEqual(found[CHECKOUT]?.[0]?.otherEngines, ['cilium.io']);

  const before = cluster([DEFAULT_DENY]);
  assert.equal(blocks(before)[CHECKOUT]?.[0]?.otherEngines, undefined);
  const since = { ...before, otherPolicyEngines: ['cilium.io'] };
  assert.deepEqual(blocks(since)[CHECKOUT]?.[0]?.otherEngines, ['cilium.io']);
});

describe('who is not blocked', () => {
  const egressDeny = policy('deny', 1, { policyTypes: ['Egress'] });
  const cases: readonly [about: string, Partial<Pod>][] = [
    ['a pod on the host network', { hostNetwork: true }],
    ['a pod on its way out', { terminating: true }],
    ['a completed pod', { phase: 'Succeeded' }],
  ];
  for (const [about, changes] of cases) {
    test(about, () => {
      const found = blocks(cluster([egressDeny, ISTIOD_DENY], withPods(pod('payment', 'x', changes))));
      assert.equal(found['payment/x'], undefined);
      assert.notEqual(found[CHECKOUT], undefined);
    });
  }

  test('a pod without a proxy needs no istiod', () => {
    const { proxy: _, ...bare } = pod('payment', 'x');
    assert.equal(blocks(cluster([egressDeny], withPods(bare)))['payment/x'], undefined);
  });

  test('a pod that reaches one istiod of its revision', () => {
    const second = pod('istio-system', 'istiod-2', { labels: { app: 'istiod', extra: 'yes' }, ips: ['10.44.9.9'] });
    const allow = policy('allow-one', 1, {
      policyTypes: ['Egress'],
      egress: [{ peers: [{ ipBlock: { cidr: '10.44.9.9/32' } }] }],
    });
    assert.notEqual(blocks(cluster([allow]))[CHECKOUT], undefined);
    assert.equal(blocks(cluster([allow], withPods(second)))[CHECKOUT], undefined);
    const canary = { ...second, labels: { ...second.labels, 'istio.io/rev': 'canary' } };
    assert.notEqual(blocks(cluster([allow], withPods(canary)))[CHECKOUT], undefined);
    const shut = policy('shut', 1, {
      namespace: 'istio-system',
      podSelector: { matchLabels: { extra: 'yes' } },
      policyTypes: ['Ingress'],
    });
    assert.deepEqual(
      blocks(cluster([allow, shut], withPods(second)))[CHECKOUT]?.map(({ direction }) => direction),
      ['ingress'],
    );
  });

  test('nobody, where there is no istiod to see', () => {
    const pods = new Map([...PODS].filter(([key]) => !key.includes('istiod')));
    assert.deepEqual(blocks(cluster([egressDeny], { pods: fresh(pods) })), {});
  });
});

describe('what is not known', () => {
  for (const kind of ['pods', 'namespaces', 'networkPolicies'] as const) {
    test(`${kind}: nothing can be said`, () => {
      for (const unknown of [
        { state: 'pending' },
        { state: 'failed', error: REFUSED },
        { state: 'stale', at: epochSeconds(900), value: new Map(), error: REFUSED },
      ] as const) {
        assert.equal(xdsBlocks(cluster([DEFAULT_DENY], { [kind]: unknown }), epochSeconds(1000), 60), undefined);
      }
    });
  }
});

test('asked again about the same objects, the answer is the same object', () => {
  const same = cluster([DEFAULT_DENY]);
  assert.equal(xdsBlocks(same, epochSeconds(1000), 60), xdsBlocks({ ...same }, epochSeconds(1001), 60));
});
