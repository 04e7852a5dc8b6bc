import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { known } from '../../../src/model/observed.ts';
import { mtlsConflicts } from '../../../src/rungs/mtls/conflicts.ts';
import { effectiveMtls, PEER_AUTHENTICATIONS } from '../../../src/rungs/mtls/peer-authentication.ts';
import { situations, snapshotOf } from '../../support/described-mesh.ts';

/** What `istioctl x describe` states of modes, in our words. */
function stated(said: string): object {
  const [, mode] = /Workload mTLS mode: (\w+)/.exec(said) ?? [];
  const [, ports = ''] = /Port Level mTLS mode:\n((?: +\d+: \w+\n)*)/.exec(said) ?? [];
  const [, applied = ''] = /Applied PeerAuthentication:\n +(.*)/.exec(said) ?? [];
  return {
    mode,
    ports: Object.fromEntries([...ports.matchAll(/(\d+): (\w+)/g)].map(([, port, word]) => [port, word])),
    applied: applied.split(', '),
  };
}

const ALL = situations();

describe('modes as istioctl x describe states them', () => {
  for (const { name, cluster, described } of ALL) {
    for (const [pod, said] of described) {
      test(`${name}: ${pod}`, () => {
        const policies = known(cluster.config[PEER_AUTHENTICATIONS]!)!;
        const { workload, ports, applied } = effectiveMtls(
          policies.values(),
          'istio-system',
        )(known(cluster.pods)!.get(pod)!);
        const ours = {
          mode: workload.mode,
          ports: Object.fromEntries([...ports].map(([port, { mode }]) => [String(port), mode])),
          applied: applied.map((object) => `${object.name}.${object.namespace}`),
        };
        assert.deepEqual(ours, stated(said));
      });
    }
  }

  test('there are such statements', () => {
    assert.ok(ALL.flatMap(({ described }) => [...described]).length >= 12);
  });
});

describe('conflicts that istioctl does not report', () => {
  const expected: Readonly<Record<string, readonly string[]>> = {
    '07-dr-tls-disable-against-strict': [
      'bookinfo/details-plain details.bookinfo.svc.cluster.local plaintext_to_strict',
    ],
    '08-dr-istio-mutual-against-disable': ['bookinfo/details-mtls details.bookinfo.svc.cluster.local mtls_to_disabled'],
  };
  for (const { name, cluster } of ALL) {
    test(`${name}: ${expected[name]?.length ?? 'none'}`, () => {
      const conflicts = (mtlsConflicts(snapshotOf(cluster)) ?? []).map(
        ({ object, destination, reason }) => `${object.namespace}/${object.name} ${destination} ${reason}`,
      );
      assert.deepEqual(conflicts, expected[name] ?? []);
    });
  }
});
