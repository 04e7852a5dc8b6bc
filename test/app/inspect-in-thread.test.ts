import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspectInThread } from '../../src/app/inspect-in-thread.ts';
import type { InspectTask } from '../../src/app/inspect-thread.ts';
import { EnvoyAnswerError } from '../../src/sources/envoy/envoy-answer-error.ts';
import { computingMsDuring } from '../support/computing-ms.ts';
import { CHECKOUT } from '../support/envoy-dump.ts';
import { largeDump } from '../support/large-dump.ts';

const MIB = 1 << 20;
const never = new AbortController().signal;

function task(dump: Buffer, changes: Partial<InspectTask> = {}): InspectTask {
  return {
    pod: { namespace: 'payment', pod: 'checkout' },
    answers: [{ path: '/config_dump?include_eds', chunks: piecesOf(dump) }],
    sent: undefined,
    siblings: { pods: [], addresses: [] },
    limitBytes: 64 * MIB,
    wantsDiff: false,
    ...changes,
  };
}

/** As they come from a socket. */
function piecesOf(bytes: Buffer): readonly Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / 65_536) }, (_, nth) =>
    bytes.subarray(nth * 65_536, (nth + 1) * 65_536),
  );
}

async function reasonOf(given: InspectTask): Promise<EnvoyAnswerError['reason']> {
  const error = await inspectInThread(given, never).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof EnvoyAnswerError, String(error));
  return error.reason;
}

test('a large dump is read and compared while the event loop goes on', async () => {
  const envoy = await largeDump(`healthy/${CHECKOUT}.envoy`, 80);
  const istiod = await largeDump(`healthy/${CHECKOUT}.istiod`, 80);
  assert.ok(envoy.length > 10 * MIB, `${envoy.length}`);
  const given = task(envoy, { sent: { istiod: 'a', chunks: piecesOf(istiod) } });
  let inspected: Awaited<ReturnType<typeof inspectInThread>> | undefined;
  const { own, all } = await computingMsDuring(async () => {
    inspected = await inspectInThread(given, never);
  });
  assert.deepEqual(inspected?.facts.differences, { clusters: [], listeners: [], routes: [], endpoints: [] });
  assert.ok(own < all / 5, `${own} ms of ${all} ms in the thread of the event loop`);
});

describe('what cannot be read', () => {
  test('no dump', async () => {
    const reason = await reasonOf(task(Buffer.from('<html>')));
    assert.equal(reason.code, 'invalid');
    assert.match(reason.detail, /^\/config_dump\?include_eds of the Envoy of checkout\.payment: not JSON/);
  });

  test('longer than it may be', async () => {
    const dump = await largeDump(`healthy/${CHECKOUT}.envoy`, 4);
    assert.equal((await reasonOf(task(dump, { limitBytes: MIB / 2 }))).code, 'too_large');
  });

  test('more objects than fit into the memory that it is given', async () => {
    const objects = Buffer.from(`{"configs":[${'{},'.repeat(5_500_000)}{}]}`);
    const reason = await reasonOf(task(objects, { limitBytes: 16 * MIB }));
    assert.equal(reason.code, 'invalid');
    assert.match(reason.detail, /it holds more than 1398101 values$/);
  });

  test('as many as may be are read, and the process goes on', async () => {
    const objects = Buffer.from(`{"configs":[${'{},'.repeat(690_000)}{"@type":"a.v3.B"}]}`);
    const { facts } = await inspectInThread(task(objects, { limitBytes: 16 * MIB }), never);
    assert.deepEqual(facts, { fingerprints: {}, rejections: [] });
  });

  test("istiod's dump alone: the comparison is missing, and why is told", async () => {
    const dump = await largeDump(`healthy/${CHECKOUT}.envoy`, 1);
    const broken = { istiod: 'istiod-1', chunks: [Buffer.from('{"configs":')] };
    const { facts, istiod } = await inspectInThread(task(dump, { sent: broken }), never);
    assert.equal('differences' in facts, false);
    assert.ok(facts.fingerprints);
    assert.match(istiod?.detail ?? '', /^the config dump of istiod istiod-1: /);
  });
});

test('whoever gives up is not kept waiting', async () => {
  const dump = await largeDump(`healthy/${CHECKOUT}.envoy`, 40);
  const stop = new AbortController();
  const ended = inspectInThread(task(dump), stop.signal);
  await sleep(20);
  stop.abort(new Error('enough'));
  await assert.rejects(ended, /enough/);
  await assert.rejects(inspectInThread(task(dump), stop.signal), /enough/);
});
