import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { epochSeconds } from '../../../../src/model/brand.ts';
import { KubeApiError } from '../../../../src/sources/kubernetes/kube-api.ts';
import { createKubeApi } from '../../../../src/sources/kubernetes/kube-api-client.ts';
import { createCandidate } from '../../../../src/sources/kubernetes/lease/candidate.ts';
import {
  type LeaseClient,
  type LeaseRecord,
  microTime,
  readLease,
} from '../../../../src/sources/kubernetes/lease/lease.ts';
import { createLeaseClient } from '../../../../src/sources/kubernetes/lease/lease-client.ts';
import { ALL, type Lab, NOBODY, startLab } from '../../../demo/kube/lab.ts';

const signal = new AbortController().signal;
const PATH = '/apis/coordination.k8s.io/v1/namespaces/lab/leases';

function clientOf(t: TestContext, lab: Lab, token = ALL): LeaseClient {
  const credentials = async () => ({ headers: { authorization: `Bearer ${token}` }, tls: {} });
  const api = createKubeApi({
    access: { server: lab.server.url, origin: 'a test', credentials, renew: async () => {} },
  });
  t.after(() => api.close());
  return createLeaseClient(api, { namespace: 'lab', name: 'ladder' });
}

const record = (holder: string, more: Partial<LeaseRecord> = {}): LeaseRecord => ({
  holder,
  durationSeconds: 15,
  acquireTime: '2026-11-21T03:00:00.123000Z',
  renewTime: '2026-11-21T03:00:02.123000Z',
  transitions: 3,
  ...more,
});

async function refusal(call: Promise<unknown>): Promise<KubeApiError> {
  const error = await call.then(
    () => assert.fail('it should have failed'),
    (cause: unknown) => cause,
  );
  assert.ok(error instanceof KubeApiError, String(error));
  return error;
}

test('a Lease is made, read and replaced, each version once', async (t) => {
  const client = clientOf(t, await startLab(t));
  assert.equal(await client.read(signal), undefined);
  const created = await client.create(record('one'), signal);
  assert.deepEqual(created.record, record('one'));
  assert.deepEqual((await client.read(signal))?.record, record('one'));
  await client.replace(created, record('two'), signal);
  const late = await refusal(client.replace(created, record('three'), signal));
  assert.equal(late.status, 409);
  assert.match(late.message, /^PUT \/apis\/coordination\.k8s\.io\/v1\/namespaces\/lab\/leases\/ladder: HTTP 409 /);
  const again = await refusal(client.create(record('three'), signal));
  assert.equal(again.status, 409);
  assert.equal((await client.read(signal))?.record.holder, 'two');
});

test('what others wrote beside the record stays', async (t) => {
  const lab = await startLab(t);
  const metadata = { name: 'ladder', namespace: 'lab', labels: { team: 'mesh' } };
  const spec = { holderIdentity: '', leaseDurationSeconds: 1, strategy: 'OldestEmulationVersion' };
  await lab.ask(PATH, {
    method: 'POST',
    body: JSON.stringify({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec }),
  });
  const client = clientOf(t, lab);
  const stored = await client.read(signal);
  assert.ok(stored !== undefined);
  const { object } = await client.replace(stored, record('one'), signal);
  assert.deepEqual((object['metadata'] as { labels: unknown }).labels, { team: 'mesh' });
  assert.equal((object['spec'] as { strategy: unknown }).strategy, 'OldestEmulationVersion');
});

test('who may not is told so, by the verb', async (t) => {
  const client = clientOf(t, await startLab(t), NOBODY);
  const denied = await refusal(client.create(record('one'), signal));
  assert.deepEqual([denied.status, denied.reason.code], [403, 'denied']);
  assert.match(denied.message, /^POST \/apis/);
});

test('what is written has six digits of a second, which the server insists on', async (t) => {
  const client = clientOf(t, await startLab(t));
  const clock = { now: () => epochSeconds(1_795_230_000.5), monotonicMs: () => 0 };
  const candidate = createCandidate({ identity: 'one', client, clock, durationMs: 15_000 });
  assert.equal(await candidate.tryToHold(signal), true);
  const held = await client.read(signal);
  assert.deepEqual(held?.record, {
    holder: 'one',
    durationSeconds: 15,
    acquireTime: microTime(clock.now()),
    renewTime: microTime(clock.now()),
    transitions: 0,
  });
  await candidate.release(signal);
  const released = await client.read(signal);
  assert.deepEqual([released?.record.holder, released?.record.durationSeconds], ['', 1]);
  assert.equal(candidate.holder(), undefined);
});

for (const [seconds, text] of [
  [0, '1970-01-01T00:00:00.000000Z'],
  [1_795_230_000.5, '2026-11-21T03:00:00.500000Z'],
  [1_795_230_000.0004, '2026-11-21T03:00:00.000000Z'],
] as const) {
  test(`${seconds} s is written ${text}`, () => {
    assert.equal(microTime(epochSeconds(seconds)), text);
  });
}

test('a Lease that says nothing, or nonsense, is held by nobody', () => {
  const metadata = { resourceVersion: '7' };
  const nothing = {
    holder: '',
    durationSeconds: undefined,
    acquireTime: undefined,
    renewTime: undefined,
    transitions: 0,
  };
  assert.deepEqual(readLease({ metadata }).record, nothing);
  const spec = { holderIdentity: 7, leaseDurationSeconds: 'long', renewTime: [], leaseTransitions: -1 };
  assert.deepEqual(readLease({ metadata, spec }).record, nothing);
  assert.throws(() => readLease({ spec }), /no resourceVersion/);
});
