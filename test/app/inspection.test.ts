import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createInspection, explain, type RunningInspection } from '../../src/app/inspection.ts';
import { homeIstiods } from '../../src/app/istiod-part.ts';
import type { Mesh } from '../../src/app/mesh.ts';
import { createSharedIstiods } from '../../src/app/shared-istiods.ts';
import { configSchema } from '../../src/config/schema.ts';
import { epochSeconds } from '../../src/model/brand.ts';
import type { Inspections } from '../../src/model/inspection.ts';
import { UNDIVIDED } from '../../src/model/shard.ts';
import { configDiff } from '../../src/rungs/config-diff/rung.ts';
import { EnvoyAnswerError } from '../../src/sources/envoy/envoy-answer-error.ts';
import { createAskedLooks } from '../../src/sources/inspection/asked-looks.ts';
import { AskError } from '../../src/sources/istiod/ask-error.ts';
import { KubeApiError } from '../../src/sources/kubernetes/kube-api.ts';
import { loadKubeAccess } from '../../src/sources/kubernetes/kube-config.ts';
import type { PollReport } from '../../src/sources/source.ts';
import { CHECKOUT, GATEWAY, PAYMENT, readDumpJson } from '../support/envoy-dump.ts';
import { assertGolden } from '../support/golden.ts';
import { startIstiodServer, text } from '../support/istiod-server.ts';
import { PAYMENT_TWIN, startTestMesh, type TestMesh } from '../support/live-mesh.ts';
import { answer, connection, fresh, pod, polledMesh, sync } from '../support/mesh.ts';
import { rungText } from '../support/rung-text.ts';
import { virtualTime } from '../support/virtual-time.ts';
import { DEBUG, debugBody, startXdsServer } from '../support/xds-server.ts';

const NAMES = [CHECKOUT, PAYMENT, PAYMENT_TWIN, GATEWAY];
const SYNCED = { cds: sync('a'), lds: sync('b'), rds: sync('c'), eds: sync('d') };
const nothing = (): void => undefined;
const LOG = { debug: nothing, info: nothing, warn: nothing, error: nothing };

function podOf(name: string) {
  const dot = name.lastIndexOf('.');
  const labels = { 'pod-template-hash': 'one' };
  return pod(name.slice(dot + 1), name.slice(0, dot), {
    labels,
    ips: [name === PAYMENT_TWIN ? '10.44.0.22' : '10.44.0.21'],
  });
}

let mesh: TestMesh;
before(async () => {
  mesh = await startTestMesh();
});
after(() => mesh.stop());

/** Some looks take a second of a busy machine each. */
const LOOKS_WITHIN_MS = 60_000;

/** Looks into all of them, over real sockets; time passes only while nothing is under way. */
async function inspectAll(names: readonly string[], changes: object = {}, istiod: object = {}) {
  const access = await loadKubeAccess({ mode: 'kubeconfig', kubeconfig: mesh.kubeconfig, env: {} });
  assert.ok(access);
  const urls = mesh.istiods.map(({ port }) => `http://127.0.0.1:${port}`);
  const inspect = { enabled: true, proxiesPerMinute: 600, interval: '1h', ...changes };
  const config = configSchema.parse({ istiod: { discovery: 'static', urls, ...istiod }, inspect });
  const polled = polledMesh();
  polled.setPods(names.map(podOf));
  const poll = (at: number): unknown => {
    const connections = names.map(podOf).map((each) => connection(each.namespace, each.name, SYNCED));
    return polled.poll(at, [answer(connections)]);
  };
  const time = virtualTime();
  poll(1_000);
  const readable = { read: () => polled.snapshot } as Mesh;
  const running: RunningInspection = await createInspection({
    config,
    shard: UNDIVIDED,
    mesh: readable,
    scheduler: time.scheduler,
    access,
    asked: createAskedLooks(time.clock.monotonicMs),
    istiods: homeIstiods({ mesh: readable, shared: createSharedIstiods(), log: LOG }),
  });
  const [published, reports]: [Inspections[], PollReport[]] = [[], []];
  const stop = new AbortController();
  const context = { clock: time.clock, log: LOG, publish: (each: Inspections) => void published.push(each) };
  const ended = running.source.run({ ...context, report: (each) => void reports.push(each) }, stop.signal);
  try {
    const deadline = AbortSignal.timeout(LOOKS_WITHIN_MS);
    while (reports.length < names.length) {
      deadline.throwIfAborted();
      await time.pass(100);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    for (const at of [1_001, 1_002, 1_003]) poll(at);
    await time.pass(1_000);
  } finally {
    stop.abort();
    await ended;
    await running.close();
  }
  const looks = published.at(-1) ?? { proxies: new Map(), failed: new Map() };
  return { looks, reports, snapshot: polled.snapshot };
}

describe('Envoys and istiods over real sockets', () => {
  test('what they hold, and how it differs from what istiod would send', async () => {
    const { looks, reports } = await inspectAll(NAMES);
    assert.deepEqual(
      [...looks.proxies.keys()].sort(),
      NAMES.map((name) => podOf(name))
        .map(({ namespace, name }) => `${namespace}/${name}`)
        .sort(),
    );
    assert.deepEqual([...looks.failed], []);
    const named = new Map([...looks.proxies.values()].map((each) => [`${each.name}.${each.namespace}`, each]));
    const none = { clusters: [], listeners: [], routes: [], endpoints: [] };
    assert.deepEqual(named.get(CHECKOUT)?.differences, none);
    assert.deepEqual(named.get(GATEWAY)?.differences, none, 'held by the other istiod');
    // No istiod of the test has it: that costs the comparison alone.
    assert.equal(named.get(PAYMENT_TWIN)?.differences, undefined);
    assert.deepEqual(named.get(CHECKOUT)?.verboseLoggers, []);
    assert.deepEqual(
      named
        .get(CHECKOUT)
        ?.weights?.filter(({ object }) => object?.name === 'payment-svc')
        .map(({ subset, ratio }) => [subset, ratio])
        .slice(0, 2),
      [
        ['v1', 0.9],
        ['v2', 0.1],
      ],
    );
    assert.ok(reports.every(({ ok }) => ok));
    assert.deepEqual(
      reports.flatMap(({ errors }) => errors.map(({ code }) => code)),
      ['not_found'],
    );
    const kept = JSON.stringify([...looks.proxies.values()]).length;
    assert.ok(kept < 200_000, `${kept} characters are kept`);
  });

  test('what istiod would send comes over xDS where its debug port is denied', async (t) => {
    const dump = JSON.stringify(await readDumpJson(`healthy/${CHECKOUT}.istiod`));
    const [http, xds] = await Promise.all([
      startIstiodServer({
        [`/debug/config_dump?proxyID=${CHECKOUT}&include_eds`]: text('', 403),
      }),
      startXdsServer({ token: 'hush', answers: { [DEBUG]: debugBody(dump) } }),
    ]);
    const folder = await mkdtemp(join(tmpdir(), 'meshladder-inspection-'));
    t.after(() => Promise.all([http.stop(), xds.stop(), rm(folder, { recursive: true })]));
    const [caFile, tokenFile] = [join(folder, 'ca.pem'), join(folder, 'token')];
    await Promise.all([writeFile(caFile, xds.ca.cert), writeFile(tokenFile, 'hush')]);
    const istiod = { urls: [http.url], xdsPort: xds.port, caFile, tokenFile };
    const { looks, reports } = await inspectAll([CHECKOUT], {}, istiod);
    const none = { clusters: [], listeners: [], routes: [], endpoints: [] };
    assert.deepEqual([...looks.proxies.values()][0]?.differences, none);
    assert.ok(reports.every(({ ok, errors }) => ok && errors.length === 0));
    xds.on(DEBUG, debugBody('404 page not found\n'));
    const off = await inspectAll([CHECKOUT], {}, istiod);
    assert.equal([...off.looks.proxies.values()][0]?.differences, undefined);
    const [error] = off.reports.flatMap(({ errors }) => errors);
    assert.match(error?.detail ?? '', /ENABLE_DEBUG_ON_HTTP=false; istioctl proxy-status .*nor over HTTP: /);
  });

  test('each look is three requests of the Envoy, and one of its istiod', async () => {
    const before = mesh.admins.get(CHECKOUT)?.asked.length ?? 0;
    const dumps = mesh.istiods.flatMap(({ asked }) => asked).length;
    await inspectAll([CHECKOUT]);
    assert.deepEqual(mesh.admins.get(CHECKOUT)?.asked.slice(before), [
      'GET /config_dump?include_eds',
      'GET /clusters?format=json',
      'POST /logging',
    ]);
    // The first istiod of the list does not have it, and says so.
    assert.equal(mesh.istiods.flatMap(({ asked }) => asked).length - dumps, 2);
  });

  test('what of it Prometheus sees', async () => {
    const { looks, snapshot } = await inspectAll([CHECKOUT, PAYMENT, GATEWAY, PAYMENT_TWIN]);
    const told = { ...snapshot, inspections: fresh(looks, 1_003) };
    const families = ['proxy_config_differences', 'workload_config_variants', 'proxy_inspected_timestamp_seconds'];
    const lines = rungText(configDiff, told, ...families).map((line) => line.replace(/(_seconds\S*) .*$/, '$1 TIME'));
    await assertGolden('scrape/inspected-mesh.prom', `${lines.toSorted().join('\n')}\n`);
  });

  test('an Envoy that nothing leads to', async () => {
    const gone = 'gone-7d9fbcd45-2xkqp.payment';
    const { looks, reports } = await inspectAll([gone]);
    assert.equal(looks.proxies.size, 0);
    assert.match(looks.failed.get('payment/gone-7d9fbcd45-2xkqp')?.detail ?? '', /gone-7d9fbcd45-2xkqp/);
    assert.equal(reports[0]?.ok, false);
  });

  test('an answer that is longer than it may be', async () => {
    const { looks, reports } = await inspectAll([CHECKOUT], { maxBytes: '10KiB' });
    assert.match([...looks.failed.values()][0]?.detail ?? '', /more than 10240 bytes/);
    assert.deepEqual(
      reports[0]?.errors.map(({ code }) => code),
      ['too_large'],
    );
  });

  test('no more than is asked for', async () => {
    const before = mesh.istiods.flatMap(({ asked }) => asked).length;
    const { looks } = await inspectAll([CHECKOUT], { askIstiod: false });
    assert.equal(mesh.istiods.flatMap(({ asked }) => asked).length, before);
    assert.equal([...looks.proxies.values()][0]?.differences, undefined);
    assert.equal([...looks.proxies.values()][0]?.at, epochSeconds(1_000));
  });
});

describe('what slows looks down', () => {
  const refused = { code: 'refused', detail: '' } as const;
  const cases: readonly (readonly [what: string, error: unknown, explained: object | undefined])[] = [
    [
      'an API server that cannot be reached',
      new KubeApiError(refused, { cause: new Error('ECONNREFUSED') }),
      { slows: true },
    ],
    [
      'an API server that turns us away',
      new KubeApiError(refused, { status: 429, retryAfterMs: 9 }),
      { slows: true, retryAfterMs: 9 },
    ],
    ['no right to forward ports', new KubeApiError({ code: 'denied', status: 403, detail: '' }), { slows: true }],
    ['a silent pod', new KubeApiError({ code: 'timeout', afterMs: 1, detail: '' }), { slows: true }],
    ['an istiod in trouble', new AskError(refused), { slows: true }],
    ['not a pod where nothing listens', new KubeApiError(refused), {}],
    ['not a pod that is gone', new KubeApiError({ code: 'not_found', detail: '' }, { status: 404 }), {}],
    ['not a proxy that no istiod has', new AskError({ code: 'not_found', detail: '' }), {}],
    ['not an Envoy that talks nonsense', new EnvoyAnswerError({ code: 'invalid', detail: '' }), {}],
    ['and a bug is none of it', new TypeError('x'), undefined],
  ];
  for (const [what, error, explained] of cases) {
    test(what, () => {
      const found = explain(error);
      if (found === undefined) return assert.equal(explained, undefined);
      const { reason: _reason, ...rest } = found;
      assert.deepEqual(rest, explained);
    });
  }
});
