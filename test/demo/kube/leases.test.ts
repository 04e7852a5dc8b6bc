import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Lab, startLab } from './lab.ts';
import { findTranscript, readTranscripts } from './transcripts.ts';

const LEASES = readTranscripts('09-lease.txt');
const PATH = '/apis/coordination.k8s.io/v1/namespaces/lab/leases';

/** Replays a recorded request. @param version stands in for the resourceVersion that the recording names */
async function replay(lab: Lab, title: string, version?: string) {
  const { method, target, body, status, answer } = findTranscript(LEASES, title);
  const sent =
    version === undefined ? body : body?.replace(/"resourceVersion":"\d+"/, `"resourceVersion":"${version}"`);
  const answered = await lab.ask(target, { method, ...(sent !== undefined && { body: sent }) });
  assert.equal(answered.status, status, title);
  return { body: answered.json(), recorded: JSON.parse(answer) as Record<string, unknown> };
}

test('a Lease is made, read and renewed as recorded', async (context) => {
  const lab = await startLab(context);
  const created = await replay(lab, 'create with 6-digit MicroTime');
  assert.deepEqual(created.body['spec'], created.recorded['spec']);
  assert.deepEqual(Object.keys(created.body), Object.keys(created.recorded));
  const again = await replay(lab, 'create again');
  assert.deepEqual(again.body, again.recorded);
  const read = (await lab.ask(`${PATH}/exporter`)).json();
  assert.deepEqual(read, created.body);
  const { resourceVersion } = read['metadata'] as { resourceVersion: string };
  const renewed = await replay(lab, 'update (PUT) with the resourceVersion read', resourceVersion);
  assert.deepEqual(renewed.body['spec'], renewed.recorded['spec']);
  const old = await replay(lab, 'update with the OLD resourceVersion', resourceVersion);
  assert.deepEqual(old.body, old.recorded);
  const without = await replay(lab, 'update WITHOUT resourceVersion');
  assert.deepEqual(without.body, without.recorded);
});

test('a MicroTime has six digits of a second, or is refused in these words', async (context) => {
  const lab = await startLab(context);
  for (const title of LEASES.map((each) => each.title).filter((each) => each.startsWith('MicroTime written as'))) {
    const { body, recorded } = await replay(lab, title);
    if (recorded['kind'] === 'Status') assert.deepEqual(body, recorded, title);
    else assert.deepEqual(body['spec'], recorded['spec'], title);
  }
});

test('other faults of a Lease', async (context) => {
  const lab = await startLab(context);
  const zero = await replay(lab, 'leaseDurationSeconds 0');
  assert.deepEqual(zero.body, zero.recorded);
  const nowhere = await replay(lab, 'create in a namespace that does not exist');
  assert.deepEqual(nowhere.body, nowhere.recorded);
  const absent = await replay(lab, 'GET before it exists');
  assert.deepEqual(absent.body, absent.recorded);
  assert.equal((await lab.ask(PATH, { method: 'POST', body: '{' })).status, 400);
  assert.equal((await lab.ask(PATH, { method: 'POST', body: '[]' })).status, 400);
  assert.equal((await lab.ask(PATH, { method: 'POST', body: 'x'.repeat(2 << 20) })).status, 400);
});
