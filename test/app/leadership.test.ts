import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { KubernetesConnection } from '../../src/app/kubernetes.ts';
import { createLeadership, undecided } from '../../src/app/leadership.ts';
import { newIdentity, podName } from '../../src/app/replica.ts';
import { StartError } from '../../src/app/start-error.ts';
import { configSchema } from '../../src/config/schema.ts';
import { UNDIVIDED } from '../../src/model/shard.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import type { KubeAccess } from '../../src/sources/kubernetes/kube-access.ts';
import { createKubeApi } from '../../src/sources/kubernetes/kube-api-client.ts';
import { ALL, startLab } from '../demo/kube/lab.ts';
import { recordLog } from '../support/record-log.ts';

const ENV = { POD_NAME: 'ladder-7c9d8b6f5a-x2k4p' };
const OFF = configSchema.parse({});
const ON = configSchema.parse({ leaderElection: { enabled: true, leaseNamespace: 'lab' } });
const OPTIONS = { env: ENV, clock: systemClock, shard: UNDIVIDED };

async function connection(t: TestContext) {
  const lab = await startLab(t);
  const credentials = async () => ({ headers: { authorization: `Bearer ${ALL}` }, tls: {} });
  const access: KubeAccess = { server: lab.server.url, origin: 'a test', credentials, renew: async () => {} };
  const api = createKubeApi({ access });
  t.after(() => api.close());
  const kubernetes: KubernetesConnection = { api, access, close: () => api.close() };
  return { lab, kubernetes };
}

test('without an election the only one leads, asks for nothing, and does what a leader does once', async () => {
  const alone = await createLeadership({ ...OPTIONS, config: OFF, log: recordLog(), kubernetes: undefined });
  assert.deepEqual([alone.standby(), alone.rbac], [undefined, []]);
  assert.equal(undecided(OFF).standby(), undefined);
  let led = 0;
  const lead = async (): Promise<void> => {
    led += 1;
  };
  await alone.run(lead, new AbortController().signal);
  assert.equal(led, 1);
});

test('before it is known how to find out who leads, nobody does', () => {
  assert.deepEqual(undecided(ON).standby(), { leader: undefined });
});

for (const [words, config, kubernetes] of [
  ['no Kubernetes API to hold a Lease in', ON, false],
  ['set leaderElection.leaseNamespace', configSchema.parse({ leaderElection: { enabled: true } }), true],
] as const) {
  test(`an election that cannot be held ends the start: ${words}`, async (t) => {
    const connected = kubernetes ? (await connection(t)).kubernetes : undefined;
    await assert.rejects(
      createLeadership({ ...OPTIONS, config, log: recordLog(), kubernetes: connected }),
      (error: unknown) => error instanceof StartError && error.message.includes(words),
    );
  });
}

for (const [shard, name] of [
  [UNDIVIDED, 'meshladder'],
  [{ index: 2, count: 3 }, 'meshladder-2'],
] as const) {
  test(`shard ${shard.index} of ${shard.count} leads by the Lease ${name}, under the name of its pod, and gives it back`, async (t) => {
    const { lab, kubernetes } = await connection(t);
    const one = await createLeadership({ ...OPTIONS, shard, config: ON, log: recordLog(), kubernetes });
    assert.deepEqual(
      one.rbac.map(({ resource, verbs, resourceNames, namespace }) => ({ resource, verbs, resourceNames, namespace })),
      [
        { resource: 'leases', verbs: ['create'], resourceNames: undefined, namespace: 'own' },
        { resource: 'leases', verbs: ['get', 'update'], resourceNames: [name], namespace: 'own' },
      ],
    );
    const holder = async (): Promise<unknown> => {
      const lease = await lab.ask(`/apis/coordination.k8s.io/v1/namespaces/lab/leases/${name}`);
      return (lease.json()['spec'] as { holderIdentity: string }).holderIdentity;
    };
    assert.deepEqual(one.standby(), { leader: undefined });
    const stop = new AbortController();
    t.after(() => stop.abort());
    await one.run(async (signal) => {
      assert.equal(one.standby(), undefined);
      assert.match(String(await holder()), /^ladder-7c9d8b6f5a-x2k4p_[0-9a-f-]{36}$/);
      stop.abort();
      assert.ok(signal.aborted);
    }, stop.signal);
    assert.equal(await holder(), '');
    assert.notEqual(one.standby(), undefined);
  });
}

test('what a leader fails with ends the run, and the Lease is given back', async (t) => {
  const { lab, kubernetes } = await connection(t);
  const one = await createLeadership({ ...OPTIONS, config: ON, log: recordLog(), kubernetes });
  const stop = new AbortController();
  t.after(() => stop.abort());
  const failing = async (): Promise<void> => {
    throw new Error('istiod: it broke');
  };
  await assert.rejects(one.run(failing, stop.signal), /istiod: it broke/);
  const lease = await lab.ask('/apis/coordination.k8s.io/v1/namespaces/lab/leases/meshladder');
  assert.equal((lease.json()['spec'] as { holderIdentity: string }).holderIdentity, '');
});

test('each process has a name of its own, also in one pod', () => {
  assert.notEqual(newIdentity(ENV), newIdentity(ENV));
  assert.equal(podName({ POD_NAME: 'a', HOSTNAME: 'b' }), 'a');
  assert.equal(podName({ HOSTNAME: 'b' }), 'b');
  assert.notEqual(podName({}), '');
});
