import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { epochSecondsFromMs } from '../../../../src/model/brand.ts';
import { mapNetworkPolicy } from '../../../../src/sources/kubernetes/objects/network-policies.ts';

const at = (time: string) => epochSecondsFromMs(Date.parse(time));

const policy = (spec: unknown, metadata: object = {}) => ({
  metadata: { name: 'default-deny', namespace: 'payment', creationTimestamp: '2026-11-21T03:00:00Z', ...metadata },
  spec,
});

describe('network policies', () => {
  it('are kept as they are stored', () => {
    const spec = {
      podSelector: {
        matchLabels: { app: 'checkout' },
        matchExpressions: [{ key: 'tier', operator: 'In', values: ['a', 'b'] }],
      },
      policyTypes: ['Egress', 'Ingress'],
      ingress: [
        { from: [{ namespaceSelector: {}, podSelector: { matchLabels: { app: 'x' } } }], ports: [{ port: 'http' }] },
      ],
      egress: [
        {
          to: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.44.0.0/16'] } }, { podSelector: {} }],
          ports: [{ protocol: 'TCP', port: 15000, endPort: 15100 }, { protocol: 'UDP' }],
        },
      ],
    };
    assert.deepEqual(mapNetworkPolicy(policy(spec)), {
      namespace: 'payment',
      name: 'default-deny',
      podSelector: spec.podSelector,
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ peers: spec.ingress[0]!.from, ports: [{ port: 'http' }] }],
      egress: [{ peers: spec.egress[0]!.to, ports: spec.egress[0]!.ports }],
      changedAt: at('2026-11-21T03:00:00Z'),
    });
  });

  it('keep missing, empty and all-allowing apart', () => {
    const shapes = [{}, { egress: [] }, { egress: [{}] }, { egress: [{ to: [], ports: [] }] }, { egress: null }];
    assert.deepEqual(
      shapes.map((spec) => mapNetworkPolicy(policy({ podSelector: {}, ...spec })).egress),
      [undefined, [], [{}], [{ peers: [], ports: [] }], undefined],
    );
    assert.equal('policyTypes' in mapNetworkPolicy(policy({ podSelector: {} })), false);
  });

  it('were changed when any of their managers last wrote', () => {
    const managedFields = [
      { manager: 'kubectl', time: '2026-11-21T03:03:15Z' },
      { manager: 'argocd', time: '2026-11-21T03:09:00Z' },
      { manager: 'old', time: 'never' },
      { manager: 'silent' },
    ];
    assert.equal(mapNetworkPolicy(policy({}, { managedFields })).changedAt, at('2026-11-21T03:09:00Z'));
    assert.equal(mapNetworkPolicy(policy({})).changedAt, at('2026-11-21T03:00:00Z'));
  });

  const unreadable = [
    {
      what: 'an unknown operator',
      spec: { podSelector: { matchExpressions: [{ key: 'a', operator: 'Gt' }] } },
      says: /unknown operator/,
    },
    {
      what: 'labels that are no strings',
      spec: { podSelector: { matchLabels: { a: 1 } } },
      says: /something else than strings/,
    },
    {
      what: 'labels that are a list',
      spec: { podSelector: { matchLabels: ['a'] } },
      says: /something else than strings/,
    },
    { what: 'a selector that is a word', spec: { podSelector: 'all' }, says: /selector of it is no object/ },
    {
      what: 'expressions that are no list',
      spec: { podSelector: { matchExpressions: {} } },
      says: /no list of objects/,
    },
    { what: 'a peer of nothing', spec: { ingress: [{ from: [{}] }] }, says: /neither selector nor ipBlock/ },
    { what: 'a peer that is null', spec: { ingress: [{ from: [null] }] }, says: /its from is no list of objects/ },
    { what: 'an ipBlock without cidr', spec: { egress: [{ to: [{ ipBlock: {} }] }] }, says: /no cidr/ },
    { what: 'rules that are no list', spec: { ingress: {} }, says: /its rules is no list of objects/ },
    { what: 'ports that are numbers', spec: { ingress: [{ ports: [80] }] }, says: /its ports is no list of objects/ },
    {
      what: 'a protocol nobody knows',
      spec: { ingress: [{ ports: [{ protocol: 'ICMP' }] }] },
      says: /unknown protocol/,
    },
  ];
  for (const { what, spec, says } of unreadable) {
    it(`cannot be read in half: ${what}`, () => assert.throws(() => mapNetworkPolicy(policy(spec)), says));
  }
});
