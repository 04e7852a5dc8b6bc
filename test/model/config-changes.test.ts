import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { epochSeconds } from '../../src/model/brand.ts';
import { type ClusterObjects, NO_CLUSTER } from '../../src/model/cluster.ts';
import { advanceConfigChanges, type ConfigChange, type ConfigChanges } from '../../src/model/config-changes.ts';
import type { NetworkPolicy } from '../../src/model/network-policy.ts';
import type { ConfigObject } from '../../src/model/workload.ts';
import { fresh, objects } from '../support/mesh.ts';
import { istioObject } from '../support/payment-incident.ts';

const VIRTUAL_SERVICES = 'virtualservices.networking.istio.io';

function policy(name: string, changedAt = 1, egress: NetworkPolicy['egress'] = []): NetworkPolicy {
  const changed = epochSeconds(changedAt);
  return { namespace: 'shop', name, podSelector: {}, policyTypes: ['Egress'], egress, changedAt: changed };
}

function cluster(policies: readonly NetworkPolicy[], routes: readonly ConfigObject[] | undefined): ClusterObjects {
  const config = routes === undefined ? {} : { [VIRTUAL_SERVICES]: fresh(objects(routes)) };
  return { ...NO_CLUSTER, networkPolicies: fresh(objects(policies)), config };
}

/** As the exporter takes in one state after the other, a second apart. */
function after(...states: readonly ClusterObjects[]): ConfigChanges {
  let changes: ConfigChanges | undefined;
  for (const [nth, state] of states.entries()) changes = advanceConfigChanges(changes, state, epochSeconds(nth));
  return changes ?? assert.fail('no state');
}

function words({ list }: ConfigChanges): readonly string[] {
  return list.map(({ at, kind, namespace, name, how }: ConfigChange) => `${at} ${kind} ${namespace}/${name} ${how}`);
}

const route = (destination: string, status?: ConfigObject['status']): ConfigObject => ({
  ...istioObject('VirtualService', 'cart', { http: [{ directResponse: { status: 503 } }], destination }, 'shop'),
  ...(status && { status }),
});

describe('what is told', () => {
  const CASES: readonly (readonly [what: string, states: readonly ClusterObjects[], told: readonly string[]])[] = [
    ['nothing of what was there at the start', [cluster([policy('a')], [route('v1')])], []],
    [
      'added, changed, deleted',
      [cluster([], []), cluster([policy('a')], []), cluster([policy('a', 2, [{}])], []), cluster([], [])],
      ['1 NetworkPolicy shop/a added', '2 NetworkPolicy shop/a changed', '3 NetworkPolicy shop/a deleted'],
    ],
    ['another spec', [cluster([], [route('v1')]), cluster([], [route('v2')])], ['1 VirtualService shop/cart changed']],
    [
      'not what a controller says of it',
      [cluster([], [route('v1')]), cluster([], [route('v1', { observedGeneration: 3 })])],
      [],
    ],
    [
      'not a list that was read anew',
      [cluster([policy('a', 1)], [route('v1')]), cluster([policy('a', 9)], [route('v1')])],
      [],
    ],
    [
      'a kind that could not be read for a while is compared with what it was',
      [cluster([], [route('v1')]), cluster([], undefined), cluster([], [route('v2')])],
      ['2 VirtualService shop/cart changed'],
    ],
    ['nothing of a kind that is first known later', [cluster([], undefined), cluster([], [route('v1')])], []],
  ];
  for (const [what, states, told] of CASES) test(what, () => assert.deepEqual(words(after(...states)), told));
});

test('a status inside of a spec is part of it', () => {
  const other = { ...route('v1'), spec: { http: [{ directResponse: { status: 404 } }], destination: 'v1' } };
  assert.deepEqual(words(after(cluster([], [route('v1')]), cluster([], [other]))), [
    '1 VirtualService shop/cart changed',
  ]);
});

test('endpoints in the guise of configuration are none', () => {
  const entries = (names: readonly string[]): ClusterObjects => ({
    ...NO_CLUSTER,
    config: {
      'workloadentries.networking.istio.io': fresh(
        objects(names.map((name) => istioObject('WorkloadEntry', name, {}))),
      ),
    },
  });
  assert.deepEqual(words(after(entries([]), entries(['a', 'b']))), []);
});

test('the same comes back while nothing is new, and the oldest go', () => {
  const state = cluster([policy('a')], [route('v1')]);
  const first = after(state);
  assert.equal(advanceConfigChanges(first, state, epochSeconds(9)), first);
  const many = cluster(
    Array.from({ length: 300 }, (_, nth) => policy(`p${nth}`)),
    [],
  );
  const { list } = after(cluster([], []), many);
  assert.deepEqual([list.length, list.at(-1)?.name], [200, 'p299']);
});
