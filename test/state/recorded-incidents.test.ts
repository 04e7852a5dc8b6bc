import assert from 'node:assert/strict';
import { test } from 'node:test';
import { epochSeconds } from '../../src/model/brand.ts';
import type { ProxyHistory } from '../../src/model/sync-history.ts';
import { mapPod } from '../../src/sources/kubernetes/objects/pods.ts';
import { wantsFastPoll } from '../../src/state/pace.ts';
import { answer, decodeRows, type PolledMesh, polledMesh, REFUSED, recordedObjects } from '../support/mesh.ts';
import { readJsonLines } from '../support/syncz.ts';

interface RecordedPoll {
  readonly t: number;
  /** Absent where istiod did not answer. */
  readonly syncz?: readonly unknown[];
}

const PODS = [...recordedObjects('pods.json', mapPod).values()];
const PAYMENT = ['checkout-v1-5c7d8e9f6b-qw4rt', 'payment-svc-v1-6d8f9b7c5d-2xkqp', 'payment-svc-v2-7b9c6d5f4e-m8zrt'];
/** The istiod of the recordings; `startedAt` is set where a recording restarts it. */
const ISTIOD = { name: 'istiod-7d4b9c6f8d-v5xnt', startedAt: epochSeconds(1795229757) };

/** Plays a recording through the history, poll by poll; `look` is told of each. */
async function replay(
  recording: string,
  look: (second: number, mesh: PolledMesh) => void,
  istiodStartedAt?: number,
): Promise<PolledMesh> {
  const polls = (await readJsonLines(recording)) as RecordedPoll[];
  const start = polls[0]?.t ?? 0;
  // The sync states of timeline-freeze were recorded before the pods were: there they started long ago.
  const epoch = start > 1e9 ? 0 : 1795230451;
  const mesh = polledMesh();
  mesh.setPods(PODS);
  for (const { t, syncz } of polls) {
    const second = t - start;
    const startedAt =
      istiodStartedAt !== undefined && second >= istiodStartedAt
        ? epochSeconds(start + istiodStartedAt)
        : ISTIOD.startedAt;
    const istiod = { ...ISTIOD, startedAt, ready: syncz !== undefined };
    mesh.poll(epoch + t, [syncz === undefined ? answer([], istiod, REFUSED) : answer(decodeRows(syncz), istiod)]);
    look(second, mesh);
  }
  return mesh;
}

function paymentProxies({ snapshot }: PolledMesh): readonly ProxyHistory[] {
  return PAYMENT.map((name) => {
    const proxy = snapshot.history.proxies.get(`Kubernetes/payment/${name}`);
    assert.ok(proxy !== undefined, name);
    return proxy;
  });
}

/** Each run of equal values, with the second it began. */
function createRuns(): { add(second: number, value: string): void; list: string[] } {
  const list: string[] = [];
  let last = '';
  return {
    list,
    add(second, value) {
      if (value !== last) list.push(`${Math.round(second)} ${value}`);
      last = value;
    },
  };
}

for (const { recording, back } of [
  { recording: 'drop', back: [196, 203, 196] },
  { recording: 'drop-egress-only', back: [196, 198, 200] },
  { recording: 'reject', back: [127, 108, 111] },
]) {
  test(`${recording}: STALE, missing, SYNCED again, as one incident that began with the push`, async () => {
    const runs = PAYMENT.map(createRuns);
    const sinces = new Set<number>();
    let start = 0;
    await replay(`incident/${recording}/polls.jsonl.gz`, (second, mesh) => {
      start ||= mesh.snapshot.takenAt;
      for (const [at, proxy] of paymentProxies(mesh).entries()) {
        runs[at]?.add(second, proxy.verdict);
        if (proxy.outOfSync !== undefined) {
          sinces.add(Math.round(proxy.outOfSync.since - start));
          assert.equal(proxy.outOfSync.origin, 'observed');
          // The push at second 20 is what they have not acknowledged, as long as they are listed.
          const waiting = proxy.types.lds?.unackedSince;
          assert.ok(waiting !== undefined && Math.abs(waiting - start - 20) < 1.5, `waiting since ${waiting}`);
        }
        // Every other proxy is well all the time.
        for (const other of mesh.snapshot.history.proxies.values()) {
          if (other.namespace !== 'payment') assert.equal(other.verdict, 'synced');
        }
      }
    });
    assert.deepEqual([...sinces], [21]);
    for (const [at, { list }] of runs.entries()) {
      assert.deepEqual(list, ['0 synced', '21 stale', '32 missing', `${back[at]} synced`]);
    }
  });
}

test('the pace is fast from the push until two minutes after the proxies vanished, and when they come back', async () => {
  const runs = createRuns();
  await replay('incident/drop/polls.jsonl.gz', (second, { snapshot }) => {
    runs.add(second, wantsFastPoll(snapshot, snapshot.takenAt) ? 'fast' : 'normal');
  });
  assert.deepEqual(runs.list, ['0 normal', '21 fast', '153 normal', '196 fast', '203 normal']);
});

test('two frozen proxies: STALE, missing, SYNCED, once', async () => {
  const runs = createRuns();
  let changes = 0;
  await replay('syncz/timeline-freeze.jsonl.gz', (second, mesh) => {
    const bad = [...mesh.snapshot.history.proxies.values()].filter(({ verdict }) => verdict !== 'synced');
    changes = Math.max(changes, bad.length);
    runs.add(second, bad.map(({ verdict }) => verdict).join(' '));
  });
  assert.equal(changes, 2);
  assert.deepEqual(runs.list, ['2 stale stale', '23 missing missing', '52 ']);
});

test('a killed istiod makes everything unknown, and nothing missing when it comes back', async () => {
  const runs = createRuns();
  const mesh = await replay(
    'incident/istiod-kill/polls.jsonl.gz',
    (second, { snapshot }) => {
      const verdicts = new Set([...snapshot.history.proxies.values()].map(({ verdict }) => verdict));
      runs.add(second, [...verdicts].sort().join(' '));
      for (const { outOfSync } of snapshot.history.proxies.values()) assert.equal(outOfSync, undefined);
    },
    75,
  );
  assert.deepEqual(runs.list, ['0 synced', '16 unknown', '77 synced unknown', '97 synced']);
  assert.equal(mesh.snapshot.history.proxies.size, 9);
});

test('an istiod that forgot who was connected, long after it started, is believed', async () => {
  const runs = createRuns();
  await replay('incident/istiod-kill/polls.jsonl.gz', (second, { snapshot }) => {
    const missing = [...snapshot.history.proxies.values()].filter(({ verdict }) => verdict === 'missing');
    runs.add(second, missing.length > 0 ? 'missing' : 'none');
  });
  assert.deepEqual(runs.list, ['0 none', '77 missing', '97 none']);
});
