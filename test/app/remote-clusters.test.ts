import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { findTool } from '../../scripts/find-tool.ts';
import { listening } from '../../scripts/listening.ts';
import { findResource } from '../../src/demo/kube/resources.ts';
import { type DemoMesh, startMesh } from '../../src/demo/mesh/mesh.ts';
import type { StatusDocument } from '../../src/sinks/http/status-document.ts';
import { openPage, startBrowser } from '../support/browser.ts';
import { labelsOf, readExposition } from '../support/exposition.ts';
import { json, startIstiodServer, text } from '../support/istiod-server.ts';
import { type RecordedCluster, readRecording, startRecordedCluster } from '../support/recorded-cluster.ts';
import { runCli } from '../support/run-cli.ts';
import { startProcess } from '../support/run-process.ts';
import { until } from '../support/until.ts';

const chromium = findTool('chromium');
const CHROMIUM = { skip: chromium === undefined ? 'chromium is not here' : false };

interface Row {
  readonly proxy: string;
  readonly cluster_id: string;
}

const ROWS = JSON.parse(readRecording('syncz/nack-real-envoy.json')) as readonly Row[];
/** Of the cluster without istiods: its pod runs on, and the istiods at home do not list it. */
const NOT_CONNECTED = 'details-v1-79dfbd6fff-4jq8w.bookinfo';
const UP_IN_WEST = 'meshladder_source_up{mesh_cluster="west",source="istiod"}';
const WEST = ROWS.filter(({ proxy }) => proxy !== NOT_CONNECTED).map((row) => ({ ...row, cluster_id: 'west' }));

/** What tells of the exporter or of its node, and so nothing of a cluster. */
const OF_THE_PROGRAM =
  /^(process_|nodejs_|meshladder_(build_info|rung_|series_|task_|missed_ticks|render_|shard_|total_shards|http_|access_log_))/;
/** Of what is read at home alone: the logs of its node, and remote secrets. */
const OF_LOGS = /source="(access_log|remote_secrets)"/;
/** Moments, and how often something was asked: no two clusters have them in common. */
const BY_CHANCE = /(_timestamp_seconds|_polls_total|_errors_total)(\{|$)/;

async function startIstiod(context: TestContext, rows: readonly Row[]): Promise<number> {
  const answers = { '/debug/syncz': json(rows), '/version': text(readRecording('istiod/version.json')) };
  const istiod = await startIstiodServer(answers);
  context.after(() => istiod.stop());
  return istiod.port;
}

async function startCluster(context: TestContext, folder: string, istiodPort: number): Promise<RecordedCluster> {
  await mkdir(folder);
  return startRecordedCluster(context, folder, istiodPort);
}

/** What is left is a cluster that others' istiods serve. */
function removeIstiods({ store }: RecordedCluster): void {
  for (const resource of [findResource('', 'v1', 'pods'), findResource('apps', 'v1', 'deployments')]) {
    assert.ok(resource);
    const names =
      store
        .collection(resource)
        .entries()
        ?.map((entry) => entry.read().metadata.name) ?? [];
    const istiods = names.filter((name) => name.startsWith('istiod'));
    assert.ok(istiods.length > 0);
    for (const name of istiods) store.remove(resource, 'istio-system', name);
  }
}

/** As `istioctl create-remote-secret` writes it. */
function remoteSecret(cluster: string, kubeconfig: string): Parameters<RecordedCluster['store']['create']>[0] {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: `istio-remote-secret-${cluster}`,
      namespace: 'istio-system',
      labels: { 'istio/multiCluster': 'true' },
      annotations: { 'networking.istio.io/cluster': cluster },
    },
    data: { [cluster]: Buffer.from(kubeconfig).toString('base64') },
  };
}

/**
 * One exporter at home, in a cluster whose istiods serve those of `west` too, which it knows by a remote secret; `north`, a
 * context of a kubeconfig, has an istiod of its own, installed by itself: it calls its cluster what home is called.
 */
async function startThree(context: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'meshladder-clusters-'));
  context.after(() => rm(folder, { recursive: true, force: true }));
  const home = await startCluster(context, join(folder, 'home'), await startIstiod(context, [...ROWS, ...WEST]));
  const north = await startCluster(context, join(folder, 'north'), await startIstiod(context, ROWS));
  const west = await startCluster(context, join(folder, 'west'), 1);
  removeIstiods(west);
  home.store.create(remoteSecret('west', await readFile(west.kubeconfig, 'utf8')));
  const config = {
    kubernetes: { mode: 'kubeconfig', kubeconfig: home.kubeconfig },
    remoteClusters: { contexts: ['north=recorded'], kubeconfig: north.kubeconfig, secrets: true, portForward: true },
    accessLog: { root: folder },
    history: { file: join(folder, 'history.json') },
  };
  return { url: await startExporter(context, join(folder, 'meshladder.yaml'), config), home, folder };
}

async function startExporter(
  context: TestContext,
  file: string,
  config: object,
  onLog: (text: string) => unknown = () => undefined,
): Promise<string> {
  const quick = { istiod: { interval: '500ms', fastInterval: '500ms' }, metrics: { missingGrace: '1s' } };
  const heard = { web: { listenAddress: '127.0.0.1:0' }, log: { format: 'json' } };
  // JSON is YAML.
  await writeFile(file, JSON.stringify({ ...quick, analysis: { interval: '500ms' }, ...heard, ...config }));
  const child = startProcess(['serve', '--config.file', file]);
  child.stderr.on('data', (piece: Buffer) => onLog(piece.toString()));
  context.after(async () => {
    child.kill('SIGTERM');
    if (child.exitCode === null) await once(child, 'exit');
  });
  return listening(child.stderr);
}

/** The demo's API server, and the context `demo`. */
async function kubeconfigFor({ kube, tokens }: DemoMesh, folder: string) {
  const kubeconfig = join(folder, 'demo-kubeconfig');
  const config = {
    clusters: [{ name: 'demo', cluster: { server: kube.url } }],
    contexts: [{ name: 'demo', context: { cluster: 'demo', user: 'demo' } }],
    users: [{ name: 'demo', user: { token: tokens.kube } }],
  };
  await writeFile(kubeconfig, JSON.stringify({ apiVersion: 'v1', kind: 'Config', ...config }));
  return { kubeconfig };
}

async function scrape(url: string): Promise<ReadonlyMap<string, number>> {
  const families = readExposition(await (await fetch(`${url}/metrics`)).text());
  return new Map([...families.values()].flatMap(({ samples }) => [...samples]));
}

function of(cluster: string, series: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  return new Map([...series].filter(([key]) => labelsOf(key)['mesh_cluster'] === cluster));
}

/** What is told of a mesh, whatever its cluster is called. */
function toldOf(cluster: string, series: ReadonlyMap<string, number>): readonly string[] {
  const lines = [...of(cluster, series)].map(([key, value]) => `${key} ${BY_CHANCE.test(key) ? '…' : value}`);
  const told = lines.filter((line) => !OF_THE_PROGRAM.test(line) && !OF_LOGS.test(line));
  return told.map((line) => line.replaceAll(`mesh_cluster="${cluster}"`, 'mesh_cluster="…"')).toSorted();
}

/** Every cluster has been polled and analysed, and who is missing found to be. */
function isKnown(series: ReadonlyMap<string, number>): boolean {
  const tells = (cluster: string, family: RegExp): boolean =>
    [...of(cluster, series).keys()].some((key) => family.test(key));
  const missing = tells('west', /^meshladder_proxy_out_of_sync_since_timestamp_seconds\{.*proxy="details-/);
  const analysed = ['Kubernetes', 'north', 'west'].every(
    (cluster) =>
      tells(cluster, /^meshladder_analysis_finding_since/) &&
      tells(cluster, /^meshladder_proxy_out_of_sync_since_timestamp_seconds\{.*proxy="slow-proxy-/),
  );
  return missing && analysed;
}

test('one exporter watches three clusters, each under its own id, as if it were the only one', async (context) => {
  const { url, home, folder } = await startThree(context);
  const series = await until(() => scrape(url), isKnown, 'all three in a scrape', { withinMs: 60_000, everyMs: 200 });
  const clusters = new Set([...series.keys()].flatMap((key) => labelsOf(key)['mesh_cluster'] ?? []));
  assert.deepEqual([...clusters].toSorted(), ['Kubernetes', 'north', 'west']);
  const repeated = [...series].filter(([key, value]) => key.startsWith('meshladder_series_repeated') && value > 0);
  assert.deepEqual(repeated, []);

  await context.test('a mesh that was installed by itself is told as it would be alone', () => {
    // But for how its istiods are asked.
    const north = toldOf('north', series).map((line) => line.replace('access="port_forward"', 'access="http"'));
    assert.deepEqual(north, toldOf('Kubernetes', series));
    assert.ok(toldOf('north', series).length > 300);
  });

  await context.test('the istiods at home tell of the cluster that has none', () => {
    const gone = [...of('west', series).keys()].filter((key) => key.startsWith('meshladder_proxy_missing{'));
    assert.deepEqual(
      gone.map((key) => labelsOf(key)['proxy']),
      [NOT_CONNECTED.split('.')[0]],
    );
    assert.equal(series.get(UP_IN_WEST), 1);
    assert.equal(series.get('meshladder_istiods{mesh_cluster="west"}'), 1);
  });

  const get = async (path: string) => {
    const response = await fetch(`${url}${path}`);
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };

  await context.test('the API answers for the cluster that it is asked for, and names those there are', async () => {
    const proxies = async (query: string) =>
      (await get(`/api/v1/proxies${query}`)).body['proxies'] as readonly { cluster: string; namespace: string }[];
    const clustersIn = async (query: string) => [...new Set((await proxies(query)).map(({ cluster }) => cluster))];
    assert.deepEqual(await clustersIn('?cluster=west'), ['west']);
    assert.deepEqual(await clustersIn('?cluster=north'), ['north']);
    assert.deepEqual(await clustersIn('?cluster=Kubernetes'), ['Kubernetes']);
    assert.deepEqual(await clustersIn(''), ['Kubernetes']);
    const ladder = await get('/api/v1/ladder?cluster=west&namespace=bookinfo&pod=details-v1-79dfbd6fff-4jq8w');
    assert.match(JSON.stringify(ladder.body), /no istiod lists/);
    for (const path of ['/api/v1/ladder?cluster=moon', '/page/proxies.json?cluster=moon']) {
      const { status, body } = await get(path);
      const error = 'no cluster moon is watched here; there are: Kubernetes, north, west';
      assert.deepEqual({ status, body }, { status: 404, body: { error } });
    }
    const { remote_clusters: remote } = (await get('/api/v1/status')).body as unknown as StatusDocument;
    assert.deepEqual(
      remote.map(({ cluster, istiods }) => [cluster, istiods?.map(({ state }) => state)]),
      [
        ['north', ['ok']],
        ['west', ['ok']],
      ],
    );
  });

  await context.test('a cluster that cannot be watched is told of as one that nobody sees', async () => {
    home.store.create(remoteSecret('broken', 'users: [{name: a, user: {exec: {command: /bin/sh}}}]'));
    const down = 'meshladder_source_up{mesh_cluster="broken",source="kubernetes"}';
    const now = await until(
      () => scrape(url),
      (all) => all.has(down),
      down,
      { everyMs: 200 },
    );
    assert.equal(now.get(down), 0);
    assert.equal(now.get('meshladder_source_up{mesh_cluster="Kubernetes",source="remote_secrets"}'), 1);
    const { remote_clusters: remote } = (await get('/api/v1/status')).body as unknown as StatusDocument;
    const broken = remote.find(({ cluster }) => cluster === 'broken')?.sources;
    assert.match(broken?.[0]?.last_error ?? '', /^invalid: remote secret istio-system\/istio-remote-secret-broken/);
    const secrets = findResource('', 'v1', 'secrets');
    assert.ok(secrets);
    home.store.remove(secrets, 'istio-system', 'istio-remote-secret-broken');
    await until(
      () => scrape(url),
      (all) => !all.has(down),
      'it to be gone',
      { everyMs: 200 },
    );
  });

  await context.test('commands ask it for the cluster that they name', async () => {
    const status = await runCli(['status', '--server', `${url}/?cluster=west`]);
    assert.equal(status.code, 1);
    assert.match(status.stdout, /^details-v1-79dfbd6fff-4jq8w +bookinfo +.*MISSING/m);
    const check = await runCli(['check', NOT_CONNECTED, '--server', `${url}?cluster=west`]);
    assert.match(check.stdout, /no istiod lists/);
    const whole = await runCli(['check', '--server', `${url}?cluster=west`]);
    assert.ok(whole.stdout.includes(`--server '${url}?cluster=west'`), whole.stdout);
    const moon = await runCli(['check', NOT_CONNECTED, '--server', `${url}?cluster=moon`]);
    assert.equal(moon.code, 2);
    assert.match(moon.stderr, /it watches no cluster of this id; .*\/api\/v1\/status names those it does/);
  });

  await context.test('the page shows one of them, and leads to the same page of another', CHROMIUM, async (context) => {
    const browser = await startBrowser(context, chromium ?? '');
    const { page, troubles } = await openPage(
      browser,
      `${url}/?cluster=west#/proxy/bookinfo/details-v1-79dfbd6fff-4jq8w`,
    );
    await page.getByText('MISSING').first().waitFor();
    assert.deepEqual(await page.locator('ul.clusters a').allTextContents(), ['Kubernetes', 'north', 'west']);
    assert.equal(await page.locator('ul.clusters a[aria-current]').textContent(), 'west');
    await page.getByRole('link', { name: 'north' }).click();
    await page.waitForURL(`${url}/?cluster=north#/proxy/bookinfo/details-v1-79dfbd6fff-4jq8w`);
    await page.getByText('holds what istiod sent last').waitFor();
    await page.getByRole('link', { name: 'Kubernetes' }).click();
    await page.waitForURL(`${url}/?#/proxy/bookinfo/details-v1-79dfbd6fff-4jq8w`);
    await page.setViewportSize({ width: 375, height: 700 });
    assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 375);
    assert.deepEqual(troubles, { said: [], strangers: [] });
  });

  await context.test('a cluster whose secret is gone is told of no more', async () => {
    const secrets = findResource('', 'v1', 'secrets');
    assert.ok(secrets);
    home.store.remove(secrets, 'istio-system', 'istio-remote-secret-west');
    const isGone = (now: ReadonlyMap<string, number>): boolean => !now.has(UP_IN_WEST);
    await until(() => scrape(url), isGone, 'west to be gone', { withinMs: 60_000, everyMs: 200 });
    assert.equal((await get('/api/v1/ladder?cluster=west')).status, 404);

    assert.match(await readFile(join(folder, 'history.json.west'), 'utf8'), /details-v1/);
  });
});

test('istiods that ask for a token of their own cluster are asked through its API server', async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'meshladder-clusters-'));
  context.after(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  const home = await startCluster(context, join(folder, 'home'), await startIstiod(context, ROWS));
  const mesh = await startMesh({ folder, extraProxies: 0, rotateAtBytes: 1 << 30 });
  context.after(() => mesh.close());
  const { kubeconfig } = await kubeconfigFor(mesh, folder);
  const start = (portForward: boolean) =>
    startExporter(context, join(folder, `${portForward}.yaml`), {
      kubernetes: { mode: 'kubeconfig', kubeconfig: home.kubeconfig },
      remoteClusters: { contexts: ['demo'], kubeconfig, portForward },
      accessLog: { mode: 'off' },
    });
  const [forwarding, direct] = await Promise.all([start(true), start(false)]);
  const istiods = async (url: string) => {
    const status = (await (await fetch(`${url}/api/v1/status`)).json()) as StatusDocument;
    return status.remote_clusters.flatMap((remote) => remote.istiods ?? []);
  };
  const isPolled = (all: readonly unknown[]): boolean => all.length === 2;
  const patience = { withinMs: 60_000, everyMs: 200 };
  const reached = await until(() => istiods(forwarding), isPolled, 'istiods through the API server', patience);
  assert.deepEqual([...new Set(reached.map(({ access, state }) => `${access} ${state}`))], ['port_forward ok']);
  const status = async () => (await (await fetch(`${direct}/api/v1/status`)).json()) as StatusDocument;
  const isDown = ({ remote_clusters: [demo] }: StatusDocument): boolean =>
    demo?.sources.some(({ source, up }) => source === 'istiod' && up === false) === true;
  const {
    remote_clusters: [demo],
  } = await until(status, isDown, 'istiods that are not asked', patience);
  assert.equal(demo?.istiods, null);
  const why = demo?.sources.find(({ source }) => source === 'istiod')?.last_error ?? '';
  assert.match(why, /^denied: the cluster has istiods of its own.*set remoteClusters\.portForward: true/);
  // Both call their cluster Kubernetes.
  const series = await scrape(forwarding);
  const listed = [...of('demo', series).keys()].filter((key) => key.startsWith('meshladder_proxy_info{'));
  assert.equal(listed.length, mesh.proxies.size);
});

test('a cluster whose istiods call it otherwise has one id, that of the configuration, and is said to', async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'meshladder-clusters-'));
  context.after(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  const port = await startIstiod(context, ROWS);
  const home = await startCluster(context, join(folder, 'home'), port);
  const both = {
    watched: { kubernetes: { mode: 'kubeconfig', kubeconfig: home.kubeconfig } },
    static: {
      kubernetes: { mode: 'off' },
      istiod: { discovery: 'static', urls: [`http://127.0.0.1:${port}`], interval: '500ms', fastInterval: '500ms' },
    },
  };
  for (const [name, config] of Object.entries(both)) {
    const given = { cluster: { id: 'east' }, accessLog: { mode: 'off' }, ...config };
    const said: string[] = [];
    const url = await startExporter(context, join(folder, `${name}.yaml`), given, (line) => said.push(line));
    const isListed = (series: ReadonlyMap<string, number>): boolean =>
      [...series.keys()].some((key) => key.startsWith('meshladder_proxy_info{'));
    const series = await until(() => scrape(url), isListed, `${name}: its proxies`, { everyMs: 200 });
    const clusters = new Set([...series.keys()].flatMap((key) => labelsOf(key)['mesh_cluster'] ?? []));
    assert.deepEqual([...clusters], ['east'], name);
    await until(
      () => said.join(''),
      (text) => /call this cluster by another id.*set cluster\.id/.test(text),
      'a warning',
    );
    assert.match(said.join(''), /"cluster":"east","istiod":"Kubernetes"/);
  }
});
