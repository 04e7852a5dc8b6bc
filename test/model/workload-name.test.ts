import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { workloadOfPodName } from '../../src/model/workload-name.ts';

const CASES: readonly (readonly [kind: string, pod: string, workload: string])[] = [
  ['Deployment', 'productpage-v1-54bb874995-x7k2m', 'productpage-v1'],
  ['Deployment with a short hash', 'web-6d8f9b-2xkqp', 'web'],
  ['Deployment of an old Kubernetes', 'web-1234567890-ab1c3', 'web'],
  ['Deployment whose hash has no digit', 'web-bcdfghjklm-zzzzz', 'web'],
  ['gateway', 'istio-ingressgateway-6f7d9c8b5a-k3m9p', 'istio-ingressgateway'],
  ['Deployment with dots in its name', 'api.v2-54bb874995-x7k2m', 'api.v2'],
  ['DaemonSet', 'ztunnel-x7k2m', 'ztunnel'],
  ['DaemonSet with a word as long as a hash', 'cart-service-x7k2m', 'cart-service'],
  ['DaemonSet with a hexadecimal word', 'wall-facade-x7k2m', 'wall-facade'],
  ['StatefulSet', 'kafka-0', 'kafka'],
  ['StatefulSet of many', 'kafka-broker-117', 'kafka-broker'],
  ['Job', 'migrate-db-9q5xz', 'migrate-db'],
  ['CronJob', 'backup-29384756-x7k2m', 'backup'],
  ['CronJob of an old Kubernetes', 'backup-1609459200-x7k2m', 'backup'],
  ['bare pod', 'debug', 'debug'],
  ['bare pod with a dash', 'net-debug', 'net-debug'],
  ['static pod', 'etcd-control-plane', 'etcd-control-plane'],
  ['only a number', '0', '0'],
  ['nothing before the dash', '-0', '-0'],
];
for (const [kind, pod, workload] of CASES) {
  test(`${kind}: ${pod} belongs to ${workload}`, () => assert.equal(workloadOfPodName(pod), workload));
}

const SAFE = [...'bcdfghjklmnpqrstvwxz2456789'];
const safe = (minLength: number, maxLength = minLength) =>
  fc.array(fc.constantFrom(...SAFE), { minLength, maxLength }).map((letters) => letters.join(''));
const name = fc
  .tuple(fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz'), fc.stringMatching(/^[a-z0-9-]{0,20}[a-z0-9]$/))
  .map((parts) => parts.join(''));

describe('every pod of a workload tells of the same one', () => {
  test('ReplicaSet', () => {
    fc.assert(
      fc.property(name, safe(6, 10), safe(5), (workload, hash, random) => {
        assert.equal(workloadOfPodName(`${workload}-${hash}-${random}`), workload);
      }),
    );
  });
  test('CronJob', () => {
    fc.assert(
      fc.property(name, fc.integer({ min: 20_000_000, max: 99_999_999 }), safe(5), (workload, minute, random) => {
        assert.equal(workloadOfPodName(`${workload}-${minute}-${random}`), workload);
      }),
    );
  });
  test('StatefulSet', () => {
    const plain = name.filter((text) => !/-(?:\d{8,10}|[0-9a-z]{6,10})$/.test(text));
    fc.assert(
      fc.property(plain, fc.nat({ max: 9_999 }), (workload, nth) => {
        assert.equal(workloadOfPodName(`${workload}-${nth}`), workload);
      }),
    );
  });
  test('also where Kubernetes cut the name, though what it is called is a guess', () => {
    const long = fc.stringMatching(/^[a-z][a-z0-9-]{44,60}[a-z0-9]$/);
    fc.assert(
      fc.property(long, safe(8, 10), safe(5), safe(5), (workload, hash, one, other) => {
        const pod = (random: string) => `${`${workload}-${hash}-`.slice(0, 58)}${random}`;
        fc.pre(pod(one).length === 63);
        const [first, second] = [workloadOfPodName(pod(one)), workloadOfPodName(pod(other))];
        // A random word may look like the end of another pattern; then it takes no more than itself and its dash.
        if (!/-[^-]{5}$/.test(pod(one)) && !/-\d{1,10}$/.test(pod(one)) && !/-\d{1,10}$/.test(pod(other)))
          assert.equal(first, second);
      }),
    );
  });
  test('it is never empty, never longer than the pod', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (pod) => {
        const workload = workloadOfPodName(pod);
        assert.ok(workload !== '' && pod.startsWith(workload));
      }),
    );
  });
});
