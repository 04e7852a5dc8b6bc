import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LeaseServer, Replica, ReplicaOptions } from '../../../support/lease-world.ts';
import { leaseServer, SILENT, startReplica } from '../../../support/lease-world.ts';
import { type VirtualTime, virtualTime } from '../../../support/virtual-time.ts';

const TIMING = { leaseDurationMs: 15_000, renewDeadlineMs: 10_000, retryPeriodMs: 2000 };
const CALM = { latencyMs: 20, refused: 0, lostThere: 0, lostBack: 0, stalls: [] };

interface World {
  readonly time: VirtualTime;
  readonly server: LeaseServer;
  start(identity: string, more?: Partial<ReplicaOptions>): Replica;
}

function world(stalls: readonly (readonly [number, number])[] = []): World {
  const time = virtualTime();
  const random = (): number => 0.5;
  const server = leaseServer(time, random, { ...CALM, stalls });
  return {
    time,
    server,
    start: (identity, more) => startReplica({ identity, time, server, random, timing: TIMING, ...more }),
  };
}

/** When `replica` begins to lead, in milliseconds from now; looked at every 50. */
async function leadsAfter(time: VirtualTime, replica: Replica): Promise<number> {
  const fromMs = time.nowMs();
  while (!replica.election.leads() && time.nowMs() - fromMs < 60_000) await time.pass(50);
  return time.nowMs() - fromMs;
}

test('the first leads at once, the second knows who does', async () => {
  const { time, start } = world();
  const one = start('one');
  await time.pass(100);
  const two = start('two');
  await time.pass(30_000);
  assert.deepEqual([one.election.leads(), two.election.leads()], [true, false]);
  assert.deepEqual([one.election.leader(), two.election.leader()], ['one', 'one']);
});

test('after a leader died another leads when the Lease has run out, and not before', async () => {
  const { time, start } = world();
  const one = start('one');
  await time.pass(100);
  const two = start('two');
  await time.pass(10_000);
  one.kill();
  const afterMs = await leadsAfter(time, two);
  // The last renewal may have been a retry period before, and was seen as much later at most.
  assert.ok(afterMs > 12_000 && afterMs < 20_000, `${afterMs} ms`);
});

test('a leader that is stopped gives the Lease back: another leads at its next look', async () => {
  const { time, start } = world();
  const one = start('one');
  await time.pass(100);
  const two = start('two');
  await time.pass(10_000);
  const stopped = one.stop();
  assert.ok((await leadsAfter(time, two)) <= 4500);
  await stopped;
  assert.equal(two.election.leader(), 'two');
});

test('a leader that cannot renew stops after the deadline, before another may lead, and leads again if none did', async () => {
  const { time, start } = world([[20_000, 32_000]]);
  const one = start('one');
  await time.pass(19_900);
  assert.equal(one.election.leads(), true);
  await time.pass(10_200);
  assert.deepEqual([one.election.leads(), one.election.leader()], [false, undefined]);
  await time.pass(8000);
  assert.deepEqual([one.election.leads(), one.election.leader()], [true, 'one']);
});

test('a process that stood still longer than the deadline does not lead for a moment when it goes on', async () => {
  const { time, start } = world();
  const one = start('one', { pauses: [[5000, 16_000]] });
  await time.pass(4900);
  assert.equal(one.election.leads(), true);
  await time.pass(11_000);
  assert.equal(one.election.leads(), false);
});

test('a Lease that was deleted binds who saw it until it would have run out', async () => {
  const { time, server, start } = world();
  const one = start('one');
  await time.pass(100);
  const two = start('two');
  await time.pass(5000);
  one.kill();
  server.remove();
  const afterMs = await leadsAfter(time, two);
  assert.ok(afterMs > 12_000, `${afterMs} ms`);
});

test('the leader itself writes a Lease that was deleted anew', async () => {
  const { time, server, start } = world();
  const one = start('one');
  await time.pass(5000);
  server.remove();
  await time.pass(60_000);
  assert.equal(one.election.leads(), true);
});

test('trouble with the API server is one line, and its end another', async () => {
  const lines: string[] = [];
  const say = (_: object, message: string): void => void lines.push(message);
  const { time, start } = world([[10_000, 70_000]]);
  start('one', { log: { ...SILENT, info: say, warn: say } });
  await time.pass(80_000);
  assert.deepEqual(lines, [
    'leading',
    'the Lease cannot be read or written',
    'lost the lead',
    'the Lease can be read and written again',
    'leading',
  ]);
});
