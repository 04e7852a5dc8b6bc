import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { epochSeconds } from '../../../src/model/brand.ts';
import type { ObjectMap } from '../../../src/model/cluster.ts';
import type { Pod } from '../../../src/model/workload.ts';
import type { KubeApi } from '../../../src/sources/kubernetes/kube-api.ts';
import { createKubeApi } from '../../../src/sources/kubernetes/kube-api-client.ts';
import { type AccessLogRun, startAccessLogRun } from '../../support/access-log-run.ts';
import { type FakeKubeApi, startFakeKubeApi, status } from '../../support/fake-kube-api.ts';
import { fresh, objects, pod } from '../../support/mesh.ts';
import { type PodLogServer, servePodLog } from '../../support/pod-log-server.ts';

const NAME = 'checkout-v1-5c7d8e9f6b-qw4rt';
const PATH = `/api/v1/namespaces/payment/pods/${NAME}/log`;
/** The test's clock begins here; the log's times do too. */
const BEGIN = '2026-08-01T09:14:04';

interface Cluster {
  readonly api: FakeKubeApi;
  pods: ObjectMap<Pod>;
  start(options?: { readonly checkpointDir?: string; readonly maxStreams?: number }): Promise<AccessLogRun>;
}

async function clusterOf(context: TestContext, pods: readonly Pod[]): Promise<Cluster> {
  const api = await startFakeKubeApi();
  const credentials = async () => ({ headers: {}, tls: {} });
  const client = createKubeApi({ access: { server: api.url, origin: 'a test', credentials, renew: async () => {} } });
  context.after(async () => {
    await client.close();
    await api.stop();
  });
  const cluster: Cluster = {
    api,
    pods: objects(pods),
    start: ({ maxStreams = 10, ...options } = {}) =>
      startAccessLogRun({
        ...options,
        place: { kind: 'api', api: client, container: 'istio-proxy', maxStreams, pods: () => fresh(cluster.pods) },
      }),
  };
  return cluster;
}

/** A proxy that started before or after the exporter. */
function proxyPod(name: string, startedAt: number, changes: Partial<Pod> = {}): Pod {
  const proxy = { native: false, running: true, startedAt: epochSeconds(startedAt), restarts: 0 };
  return pod('payment', name, { proxy, ...changes });
}

const LONG_AGO = 1;
const LATER = Date.parse(`${BEGIN}Z`) / 1000 + 3600;

/** Rounds until so many lines are counted; streams are real, so they take their time, and more of it on a busy machine. */
async function until(run: AccessLogRun, done: () => boolean): Promise<void> {
  for (let tries = 0; tries < 1000; tries += 1) {
    await run.round(1);
    if (done()) return;
    await sleep(tries < 400 ? 2 : 50);
  }
  assert.fail(`still ${run.lines()} lines, ${JSON.stringify(run.reports.at(-1))}`);
}

test('follows each running proxy: from now on, or from its beginning where it began after us', async (context) => {
  const cluster = await clusterOf(context, [proxyPod(NAME, LONG_AGO)]);
  const old = servePodLog(cluster.api, PATH, '2026-08-01T08:00:00');
  old.write(20);
  const run = await cluster.start();
  await until(run, () => old.open() === 1);
  assert.equal(run.lines(), 0, 'what was written before is not ours to count');
  const young = servePodLog(cluster.api, '/api/v1/namespaces/payment/pods/web-0/log', BEGIN);
  young.write(6);
  cluster.pods = objects([proxyPod(NAME, LONG_AGO), proxyPod('web-0', LATER)]);
  await until(run, () => run.lines() === 6);
  const asked = cluster.api.requests.find(({ path }) => path === PATH)?.query;
  assert.deepEqual(
    [asked?.get('container'), asked?.get('follow'), asked?.get('timestamps')],
    ['istio-proxy', 'true', 'true'],
  );
  await run.stop();
});

const BREAKS: Readonly<Record<string, (log: PodLogServer) => void>> = {
  cut: (log) => log.cut(),
  'ended in good order': (log) => log.end(),
  'cut in the middle of a line': (log) => {
    log.breakNextAfter(333);
    log.cut();
  },
};

for (const [how, breakStream] of Object.entries(BREAKS)) {
  test(`no line is lost or doubled when a stream is ${how}`, async (context) => {
    const cluster = await clusterOf(context, [proxyPod(NAME, LATER)]);
    const log = servePodLog(cluster.api, PATH, BEGIN);
    const run = await cluster.start();
    for (let times = 0; times < 4; times += 1) {
      log.write(5);
      await until(run, () => run.lines() === log.written());
      log.write(4);
      breakStream(log);
      log.write(3);
      await until(run, () => run.lines() === log.written());
    }
    assert.equal(run.lines('unparsed'), 0);
    await run.stop();
  });
}

test('a restart goes on where the checkpoint stands, and is caught up when the logs fall silent', async (context) => {
  const cluster = await clusterOf(context, [proxyPod(NAME, LATER)]);
  const log = servePodLog(cluster.api, PATH, BEGIN);
  const checkpointDir = mkdtempSync(join(tmpdir(), 'meshladder-checkpoint-'));
  context.after(() => rmSync(checkpointDir, { recursive: true, force: true }));
  let run = await cluster.start({ checkpointDir });
  log.write(8);
  await until(run, () => run.lines() === 8);
  await run.stop();
  log.write(5);
  run = await cluster.start({ checkpointDir });
  assert.equal(run.caughtUp(), false);
  await until(run, () => run.lines() === 13 && run.caughtUp());
  await run.stop();
});

test('whatever is written, cut, stopped or killed, in whatever order, every line counts once', async (context) => {
  const step = fc.oneof(
    fc.record({ act: fc.constant('write' as const), lines: fc.integer({ min: 1, max: 9 }) }),
    fc.record({ act: fc.constant('break' as const), bytes: fc.integer({ min: 0, max: 2000 }) }),
    fc.record({ act: fc.constantFrom('look' as const, 'end' as const, 'stop' as const, 'kill' as const) }),
  );
  const checkpointDir = mkdtempSync(join(tmpdir(), 'meshladder-checkpoint-'));
  context.after(() => rmSync(checkpointDir, { recursive: true, force: true }));
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 10 }), async (steps) => {
      rmSync(checkpointDir, { recursive: true, force: true });
      const cluster = await clusterOf(context, [proxyPod(NAME, LATER)]);
      const log = servePodLog(cluster.api, PATH, BEGIN);
      let run = await cluster.start({ checkpointDir });
      for (const one of steps) {
        if (one.act === 'write') log.write(one.lines);
        if (one.act === 'end') log.end();
        if (one.act === 'look') await run.round(2);
        if (one.act === 'stop') await run.stop();
        if (one.act === 'kill') await run.kill();
        if (one.act === 'stop' || one.act === 'kill') run = await cluster.start({ checkpointDir });
        if (one.act === 'break') {
          log.breakNextAfter(one.bytes);
          log.cut();
        }
      }
      await until(run, () => run.lines() === log.written());
      assert.equal(run.lines('unparsed'), 0);
      await run.stop();
    }),
    { numRuns: 40 },
  );
});

test('no more streams than allowed; what is left out is said once, and followed when there is room', async (context) => {
  const pods = ['a', 'b', 'c'].map((name, nth) => proxyPod(name, LATER, { createdAt: epochSeconds(nth + 1) }));
  const cluster = await clusterOf(context, pods);
  const logs = pods.map(({ name }) => servePodLog(cluster.api, `/api/v1/namespaces/payment/pods/${name}/log`, BEGIN));
  const run = await cluster.start({ maxStreams: 2 });
  for (const log of logs) log.write(2);
  await until(run, () => run.lines() === 4);
  await run.round();
  const said = run.log.lines.filter(({ message }) => message.includes('accessLog.maxStreams'));
  assert.deepEqual(
    said.map(({ fields }) => fields),
    [{ followed: 2, not_followed: 1 }],
  );
  cluster.pods = objects(pods.slice(1));
  logs[0]?.end();
  await until(run, () => run.lines() === 6);
  await run.stop();
});

test('a log that may not be read is told as denied, and tried again', async (context) => {
  const cluster = await clusterOf(context, [proxyPod(NAME, LATER)]);
  cluster.api.always(PATH, status(403, 'pods "x" is forbidden', 'Forbidden'));
  const run = await cluster.start();
  await until(run, () => run.reports.at(-1)?.errors[0]?.code === 'denied');
  assert.equal(run.reports.at(-1)?.ok, false);
  const log = servePodLog(cluster.api, PATH, BEGIN);
  log.write(3);
  await until(run, () => run.lines() === 3);
  assert.equal(run.reports.at(-1)?.ok, true);
  await run.stop();
});

test('the last words of a deleted pod are read', async (context) => {
  const cluster = await clusterOf(context, [proxyPod(NAME, LATER)]);
  const log = servePodLog(cluster.api, PATH, BEGIN);
  const run = await cluster.start();
  await until(run, () => log.open() === 1);
  cluster.pods = objects([]);
  await run.round();
  log.write(4);
  log.end();
  await until(run, () => run.lines() === 4);
  await run.stop();
});

test('pods without a running proxy have no log to follow', async (context) => {
  const proxy = { native: false, running: false, restarts: 0 };
  const { proxy: _, ...bare } = pod('payment', 'bare');
  const cluster = await clusterOf(context, [pod('payment', 'waiting', { proxy }), bare]);
  const run = await cluster.start();
  await run.round();
  await run.round();
  assert.deepEqual([cluster.api.requests.length, run.reports.at(-1)], [0, { ok: true, errors: [] }]);
  await run.stop();
});

test('what a container said last before it was restarted is read as its previous log', async (context) => {
  const cluster = await clusterOf(context, [proxyPod(NAME, LATER)]);
  const log = servePodLog(cluster.api, PATH, BEGIN);
  const run = await cluster.start();
  log.write(5);
  await until(run, () => run.lines() === 5);
  // The stream breaks, and before the next one opens the container has written on and started anew.
  log.goSilent();
  log.write(4);
  log.restart();
  log.write(3);
  cluster.pods = objects([restarted(NAME, 1)]);
  await until(run, () => run.lines() === 12);
  await run.round(20);
  assert.deepEqual([run.lines(), run.lines('unparsed'), run.reports.at(-1)], [12, 0, { ok: true, errors: [] }]);
  await run.stop();
});

test('the same when the container waits a while for its restart', async (context) => {
  const cluster = await clusterOf(context, [proxyPod(NAME, LATER)]);
  const log = servePodLog(cluster.api, PATH, BEGIN);
  const run = await cluster.start();
  log.write(5);
  await until(run, () => run.lines() === 5);
  cluster.pods = objects([proxyPod(NAME, LATER, { proxy: { native: false, running: false, restarts: 0 } })]);
  log.goSilent();
  log.write(4);
  await run.round(30);
  await run.round(30);
  log.restart();
  log.write(3);
  // It was there before the exporter, as far as the times of the pod can tell.
  const proxy = { native: false, running: true, startedAt: epochSeconds(LATER), restarts: 1 };
  cluster.pods = objects([pod('payment', NAME, { proxy, createdAt: epochSeconds(LONG_AGO) })]);
  await until(run, () => run.lines() === 12);
  await run.stop();
});

test('the same over a stop of the exporter', async (context) => {
  const cluster = await clusterOf(context, [proxyPod(NAME, LATER)]);
  const log = servePodLog(cluster.api, PATH, BEGIN);
  const checkpointDir = mkdtempSync(join(tmpdir(), 'meshladder-checkpoint-'));
  context.after(() => rmSync(checkpointDir, { recursive: true, force: true }));
  let run = await cluster.start({ checkpointDir });
  log.write(5);
  await until(run, () => run.lines() === 5);
  await run.stop();
  log.write(4);
  log.restart();
  log.write(3);
  cluster.pods = objects([restarted(NAME, 1)]);
  run = await cluster.start({ checkpointDir });
  await until(run, () => run.lines() === 12 && run.caughtUp());
  await run.stop();
});

test('of a pod that came and was restarted between two looks, both logs are read', async (context) => {
  const cluster = await clusterOf(context, []);
  const run = await cluster.start();
  await run.round();
  const log = servePodLog(cluster.api, PATH, BEGIN);
  log.write(6);
  log.restart();
  log.write(2);
  cluster.pods = objects([restarted(NAME, 1)]);
  await until(run, () => run.lines() === 8);
  await run.stop();
});

test('a previous log that is gone already is no error', async (context) => {
  const cluster = await clusterOf(context, [proxyPod(NAME, LATER)]);
  const log = servePodLog(cluster.api, PATH, BEGIN);
  const run = await cluster.start();
  log.write(5);
  await until(run, () => run.lines() === 5);
  cluster.pods = objects([restarted(NAME, 1)]);
  await until(run, () => cluster.api.requests.some(({ query }) => query.get('previous') === 'true'));
  await until(run, () => run.caughtUp());
  assert.deepEqual(
    run.reports.flatMap(({ errors }) => errors),
    [],
  );
  await run.stop();
});

test('a stream that is silent for a minute is opened anew: what was written meanwhile is had', async (context) => {
  const cluster = await clusterOf(context, [proxyPod(NAME, LATER)]);
  const log = servePodLog(cluster.api, PATH, BEGIN);
  const run = await cluster.start();
  log.write(5);
  await until(run, () => run.lines() === 5);
  log.goSilent();
  log.write(4);
  await run.round(50);
  assert.equal(run.lines(), 5);
  await run.round(50);
  await until(run, () => run.lines() === 9);
  assert.deepEqual(
    run.reports.flatMap(({ errors }) => errors),
    [],
  );
  await run.stop();
});

test('a log that never falls silent is caught up when its lines are as new as the start', async (context) => {
  const cluster = await clusterOf(context, [proxyPod(NAME, LATER)]);
  const log = servePodLog(cluster.api, PATH, '2026-08-01T09:10:00');
  const checkpointDir = mkdtempSync(join(tmpdir(), 'meshladder-checkpoint-'));
  context.after(() => rmSync(checkpointDir, { recursive: true, force: true }));
  const first = await cluster.start({ checkpointDir });
  log.write(10);
  await until(first, () => first.lines() === 10);
  await first.stop();
  const run = await cluster.start({ checkpointDir });
  // The clock stands still, so that it cannot be the silence: only lines of the minutes before the start.
  const caughtUpAfter = async (): Promise<boolean> => {
    log.write(100);
    while (run.lines() !== log.written()) {
      await run.round(0);
      await sleep(2);
    }
    return run.caughtUp();
  };
  assert.equal(await caughtUpAfter(), false);
  while (!(await caughtUpAfter())) assert.ok(log.written() < 5000);
  await run.stop();
});

test('many logs are opened a few at a time', async (context) => {
  const pods = Array.from({ length: 60 }, (_, nth) => proxyPod(`web-${nth}`, LATER));
  const cluster = await clusterOf(context, pods);
  const logs = pods.map(({ name }) => servePodLog(cluster.api, `/api/v1/namespaces/payment/pods/${name}/log`, BEGIN));
  for (const log of logs) log.write(1);
  const run = await cluster.start({ maxStreams: 60 });
  await run.round();
  await cluster.api.seen(({ path }) => path.endsWith('/log'), 25);
  assert.equal(cluster.api.requests.length, 25);
  await until(run, () => run.lines() === 60);
  await run.stop();
});

test('while the pods cannot be listed, that is the reason given', async (context) => {
  const error = { code: 'denied', status: 403, detail: 'pods is forbidden' } as const;
  const run = await startAccessLogRun({
    place: {
      kind: 'api',
      api: {} as KubeApi,
      container: 'istio-proxy',
      maxStreams: 1,
      pods: () => ({ state: 'failed', error }),
    },
  });
  context.after(run.stop);
  await run.round();
  assert.deepEqual(run.reports, [{ ok: false, errors: [error] }]);
  assert.equal(run.traffic(), undefined);
});

/** The same pod, its proxy started anew so many times. */
function restarted(name: string, restarts: number): Pod {
  const proxy = { native: false, running: true, startedAt: epochSeconds(LATER + 60), restarts };
  return pod('payment', name, { proxy, createdAt: epochSeconds(LATER) });
}
