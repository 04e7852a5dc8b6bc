import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import { StartError } from '../src/app/start-error.ts';
import { runExporter } from '../src/app.ts';
import type { Config } from '../src/config/config.ts';
import { loadConfig } from '../src/config/load.ts';
import { systemClock } from '../src/runtime/clock.ts';
import { readExposition } from './support/exposition.ts';
import { startFakeKubeApi } from './support/fake-kube-api.ts';
import { type IstiodServer, json, startIstiodServer, text } from './support/istiod-server.ts';
import { recordLog } from './support/record-log.ts';
import { until } from './support/until.ts';

const SYNCZ = JSON.parse(readFileSync(new URL('fixtures/istiod/syncz.json', import.meta.url), 'utf8')) as unknown;

interface Running {
  readonly address: string;
  readonly log: ReturnType<typeof recordLog>;
  get(path: string): Promise<Response>;
  /** Aborts and waits for the end. */
  stop(): Promise<void>;
}

/** What a test leaves open, ended also when it fails. */
const open: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one.stop().catch(() => {});
});

async function openIstiod(answers: Parameters<typeof startIstiodServer>[0] = {}): Promise<IstiodServer> {
  const istiod = await startIstiodServer(answers);
  open.push(istiod);
  return istiod;
}

async function configOf(env: Record<string, string>): Promise<Config> {
  const loaded = await loadConfig({
    env: {
      MESHLADDER_WEB_LISTEN_ADDRESS: '127.0.0.1:0',
      MESHLADDER_ACCESS_LOG_MODE: 'off',
      MESHLADDER_KUBERNETES_MODE: 'off',
      ...env,
    },
    flags: [],
    families: [],
  });
  assert.ok(loaded.ok, JSON.stringify(loaded));
  return loaded.config;
}

async function start(env: Record<string, string>): Promise<Running> {
  const log = recordLog();
  const stop = new AbortController();
  const { promise: address, resolve: onListening } = Promise.withResolvers<string>();
  const build = { version: '1.2.3', revision: 'abc', nodeVersion: 'v24' };
  const ended = runExporter(
    { config: await configOf(env), env: {}, log, clock: systemClock, build, onListening },
    stop.signal,
  );
  const one: Running = {
    address: await Promise.race([address, ended.then(() => assert.fail('it ended'))]),
    log,
    get: async (path) => fetch(`http://${one.address}${path}`),
    stop: () => {
      stop.abort();
      return ended;
    },
  };
  open.push(one);
  return one;
}

function staticIstiod(istiod: IstiodServer): Record<string, string> {
  return {
    MESHLADDER_ISTIOD_DISCOVERY: 'static',
    MESHLADDER_ISTIOD_URLS: istiod.url,
    MESHLADDER_ISTIOD_INTERVAL: '100ms',
    MESHLADDER_ISTIOD_FAST_INTERVAL: '100ms',
  };
}

test('the exporter polls an istiod and serves what it said', async () => {
  const istiod = await openIstiod({ '/debug/syncz': json(SYNCZ) });
  const exporter = await start(staticIstiod(istiod));
  await until(
    async () => (await exporter.get('/-/ready')).status,
    (status) => status === 200,
    'it is ready',
  );
  const status = (await (await exporter.get('/api/v1/status')).json()) as {
    role: string;
    ready: boolean;
    sources: { source: string; up: boolean; polls: number }[];
    istiods: { state: string; proxies: number }[];
  };
  assert.deepEqual([status.role, status.ready], ['all', true]);
  assert.deepEqual(
    status.sources.map(({ source, up }) => [source, up]),
    [['istiod', true]],
  );
  assert.deepEqual(
    status.istiods.map(({ state, proxies }) => [state, proxies]),
    [['ok', 9]],
  );
  const { proxies } = (await (await exporter.get('/api/v1/proxies')).json()) as { proxies: { state: string }[] };
  assert.deepEqual(new Set(proxies.map(({ state }) => state)), new Set(['SYNCED']));
  assert.equal(proxies.length, 9);
  const metrics = await exporter.get('/metrics');
  assert.equal(metrics.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
  readExposition(await metrics.text());
});

test('an istiod that fails is told in status and log, and polled again', async () => {
  const istiod = await openIstiod({ '/debug/syncz': text('no token', 401) });
  const exporter = await start(staticIstiod(istiod));
  const istiods = async (): Promise<{ state: string }[]> =>
    ((await (await exporter.get('/api/v1/status')).json()) as { istiods?: { state: string }[] }).istiods ?? [];
  await until(istiods, ([one]) => one?.state === 'denied', 'the istiod denies');
  assert.equal((await exporter.get('/-/ready')).status, 200);
  assert.ok(exporter.log.lines.some(({ message }) => message === 'the source is down'));
  istiod.on('/debug/syncz', json(SYNCZ));
  await until(istiods, ([one]) => one?.state === 'ok', 'the istiod is well');
  assert.ok(exporter.log.lines.some(({ message }) => message === 'the source is up again'));
});

test('not ready while a source has not spoken, healthy all the same, and a stop does not wait for it', async () => {
  const istiod = await openIstiod({ '/debug/syncz': () => {} });
  const exporter = await start(staticIstiod(istiod));
  const ready = await exporter.get('/-/ready');
  assert.deepEqual([ready.status, await ready.text()], [503, 'not ready: waiting for istiod\n']);
  assert.equal((await exporter.get('/-/healthy')).status, 200);
  const before = performance.now();
  await exporter.stop();
  // What does not end is given eight seconds.
  assert.ok(performance.now() - before < 7500);
  await assert.rejects(exporter.get('/-/healthy'));
});

test('it watches the cluster that the kubeconfig names, and finds istiods there', async () => {
  const kube = await startFakeKubeApi();
  open.push(kube);
  kube.collection('/api/v1/pods', { kind: 'PodList', apiVersion: 'v1' });
  const folder = await mkdtemp(join(tmpdir(), 'meshladder-app-'));
  open.push({ stop: () => rm(folder, { recursive: true }) });
  const kubeconfig = join(folder, 'config');
  await writeFile(
    kubeconfig,
    `{apiVersion: v1, kind: Config, current-context: a, contexts: [{name: a, context: {cluster: a, user: a}}],
      clusters: [{name: a, cluster: {server: "${kube.url}"}}], users: [{name: a, user: {token: s3cret}}]}`,
  );
  const exporter = await start({
    MESHLADDER_KUBERNETES_MODE: 'kubeconfig',
    MESHLADDER_KUBERNETES_KUBECONFIG: kubeconfig,
  });
  const sources = async (): Promise<{ source: string; up: boolean | null }[]> =>
    ((await (await exporter.get('/api/v1/status')).json()) as { sources: { source: string; up: boolean | null }[] })
      .sources;
  await until(sources, (all) => all.find(({ source }) => source === 'kubernetes')?.up === true, 'Kubernetes is up');
  assert.deepEqual((await sources()).map(({ source }) => source).toSorted(), ['istiod', 'kubernetes']);
  const pods = await kube.seen(({ path }) => path === '/api/v1/pods');
  assert.equal(pods.headers.authorization, 'Bearer s3cret');
  assert.ok(exporter.log.lines.every((line) => !JSON.stringify(line).includes('s3cret')));
});

test('what it cannot start with is a clear error', async () => {
  const istiod = await openIstiod();
  const taken = await start(staticIstiod(istiod));
  assert.equal(
    await startFailure({ ...staticIstiod(istiod), MESHLADDER_WEB_LISTEN_ADDRESS: taken.address }),
    `${taken.address} is taken by another program; stop it, or choose another with --web.listen-address`,
  );
  const noFile = { MESHLADDER_KUBERNETES_MODE: 'kubeconfig', MESHLADDER_KUBERNETES_KUBECONFIG: '/no/such/file' };
  assert.match(await startFailure(noFile), /\/no\/such\/file/);
  assert.match(await startFailure({ MESHLADDER_KUBERNETES_MODE: 'auto' }), /^no Kubernetes API/);
});

/** The message of the StartError with which the exporter ends by itself. */
async function startFailure(env: Record<string, string>): Promise<string> {
  const build = { version: '', revision: '', nodeVersion: '' };
  const options = { config: await configOf(env), env: {}, log: recordLog(), clock: systemClock, build };
  try {
    await runExporter(options, AbortSignal.timeout(60_000));
  } catch (error) {
    assert.ok(error instanceof StartError);
    return error.message;
  }
  return assert.fail('it started');
}

test('the history outlives a restart', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'meshladder-app-'));
  const file = join(folder, 'history.json');
  const stale = JSON.parse(
    readFileSync(new URL('fixtures/syncz/stale-2of9-RDS.json', import.meta.url), 'utf8'),
  ) as unknown;
  const istiod = await openIstiod({ '/debug/syncz': json(stale) });
  const env = { ...staticIstiod(istiod), MESHLADDER_HISTORY_FILE: file };
  const first = await start(env);
  // Two polls at least 3 s apart confirm that a proxy is out of sync.
  await until(
    async () => {
      const { polls = 0 } =
        ((await (await first.get('/api/v1/status')).json()) as { sources: { polls: number }[] }).sources[0] ?? {};
      return polls;
    },
    (polls) => polls >= 34,
    '34 polls',
  );
  await first.stop();
  const saved = JSON.parse(await readFile(file, 'utf8')) as { proxies: { name: string; since: number }[] };
  assert.deepEqual(saved.proxies.map(({ name }) => name).toSorted(), [
    'checkout-v1-5c7d8e9f6b-qw4rt',
    'payment-svc-v2-7b9c6d5f4e-m8zrt',
  ]);
  const second = await start(env);
  assert.deepEqual(await sinceAtFirst(second), saved.proxies.map(({ since }) => since).toSorted());
  await second.stop();
  const again = JSON.parse(await readFile(file, 'utf8')) as { proxies: { since: number }[] };
  assert.deepEqual(
    again.proxies.map(({ since }) => since).toSorted(),
    saved.proxies.map(({ since }) => since).toSorted(),
  );
  await rm(folder, { recursive: true });
});

test('without a history Prometheus is asked, and what it tells is in the first scrape', async () => {
  const stale = JSON.parse(
    readFileSync(new URL('fixtures/syncz/stale-2of9-RDS.json', import.meta.url), 'utf8'),
  ) as unknown;
  const since = Math.floor(Date.now() / 1000) - 600;
  const metric = { proxy_namespace: 'payment', proxy: 'checkout-v1-5c7d8e9f6b-qw4rt' };
  const told = { status: 'success', data: { resultType: 'vector', result: [{ metric, value: [since, `${since}`] }] } };
  const prometheus = await openIstiod({
    '/api/v1/query': (response) => {
      // Istiod would have been polled thrice by then.
      setTimeout(() => response.end(JSON.stringify(told)), 300);
    },
  });
  const istiod = await openIstiod({ '/debug/syncz': json(stale) });
  const exporter = await start({ ...staticIstiod(istiod), MESHLADDER_PROMETHEUS_URL: prometheus.url });
  assert.deepEqual(await sinceAtFirst(exporter), [since]);
  await exporter.stop();
});

/** Since when proxies are out of sync in the first scrape that hears istiod: one without would look like recovery. */
async function sinceAtFirst(exporter: Running): Promise<readonly number[]> {
  const scrape = await until(
    async () => (await exporter.get('/metrics')).text(),
    (body) => /^meshladder_source_up\{[^}]*source="istiod"[^}]*\} 1$/m.test(body),
    'a scrape that hears istiod',
  );
  const told = scrape.matchAll(/^meshladder_proxy_out_of_sync_since_timestamp_seconds\{[^}]*\} (\S+)$/gm);
  return Array.from(told, ([, since]) => Number(since)).toSorted();
}

test('an unusable history is said and costs no start', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'meshladder-app-'));
  const file = join(folder, 'history.json');
  await writeFile(file, '{"version":1,');
  const istiod = await openIstiod({ '/debug/syncz': json(SYNCZ) });
  const exporter = await start({ ...staticIstiod(istiod), MESHLADDER_HISTORY_FILE: file });
  await until(
    async () => exporter.log.lines.some(({ message }) => message === 'starting without the history of the last run'),
    Boolean,
    'the log says that it starts without history',
  );
  await exporter.stop();
  await rm(folder, { recursive: true });
});
