import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, it, type TestContext } from 'node:test';
import { createAnalysisTask, restoredFindings } from '../../src/app/analysis.ts';
import { createMesh, type Mesh } from '../../src/app/mesh.ts';
import { settingsOf } from '../../src/app/settings.ts';
import { loadConfig } from '../../src/config/load.ts';
import { epochSeconds } from '../../src/model/brand.ts';
import { type ClusterObjects, NO_CLUSTER } from '../../src/model/cluster.ts';
import { CONFIG_KIND_NAMES } from '../../src/model/config-kinds.ts';
import { findingKey } from '../../src/model/findings-since.ts';
import { known } from '../../src/model/observed.ts';
import { NO_HISTORY } from '../../src/model/sync-history.ts';
import { analysis } from '../../src/rungs/analysis/rung.ts';
import { createLog } from '../../src/runtime/log.ts';
import { saveHistory } from '../../src/state/history-file.ts';
import { fresh, objects, pod } from '../support/mesh.ts';

const T = 1_800_000_000;
const KEY = 'IST0101 VirtualService/shop/web';

/** A namespace, and a VirtualService that sends requests to nobody. */
function brokenCluster(): ClusterObjects {
  const web = {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    namespace: 'shop',
    name: 'web',
    labels: {},
    annotations: {},
    createdAt: epochSeconds(1),
    spec: { hosts: ['web'], http: [{ route: [{ destination: { host: 'gone' } }] }] },
  };
  const none = Object.fromEntries(Object.keys(CONFIG_KIND_NAMES).map((key) => [key, fresh(new Map())]));
  return {
    ...NO_CLUSTER,
    namespaces: fresh(objects([{ name: 'shop', labels: { 'istio-injection': 'enabled' } }])),
    pods: fresh(objects([pod('shop', 'web-1')])),
    services: fresh(new Map()),
    deployments: fresh(new Map()),
    injectors: fresh(new Map()),
    meshConfigs: fresh(new Map()),
    config: { ...none, 'virtualservices.networking.istio.io': fresh(objects([web])) },
  };
}

interface Running {
  readonly mesh: Mesh;
  /** Lets the task come round once, at this moment. */
  turn(at: number): Promise<number>;
}

async function running(context: TestContext, config: Readonly<Record<string, string>> = {}): Promise<Running> {
  const loaded = await loadConfig({ env: config, flags: [], families: [] });
  assert.ok(loaded.ok, JSON.stringify(loaded));
  let now = T;
  const clock = { now: () => epochSeconds(now), monotonicMs: () => now * 1000 };
  const log = createLog({ write: () => {} }, 'error', 'json');
  const options = { config: loaded.config, clock, log };
  const findingsSince = await restoredFindings(options);
  const mesh = createMesh({ settings: settingsOf(loaded.config), clock, history: NO_HISTORY, findingsSince });
  const begun = Promise.withResolvers<{ run: () => Promise<void>; interval: () => number }>();
  const end = new AbortController();
  const scheduler = {
    repeat: async (_name: string, interval: () => number, run: (signal: AbortSignal) => Promise<void>) => {
      begun.resolve({ run: () => run(end.signal), interval });
    },
  };
  const task = createAnalysisTask({ ...options, mesh, scheduler });
  context.after(() => end.abort());
  await task.run(end.signal);
  const { run, interval } = await begun.promise;
  return {
    mesh,
    turn: async (at) => {
      now = at;
      await run();
      return interval();
    },
  };
}

function foundIn(mesh: Mesh): readonly string[] | undefined {
  const { analysis: kept } = mesh.read();
  return kept && known(kept)?.findings.map(findingKey);
}

describe('analysis in a running exporter', () => {
  it('waits for the lists, then comes round each interval, and looks again only where something changed', async (context) => {
    const { mesh, turn } = await running(context);
    assert.equal(await turn(T + 1), 1000, 'nothing is listed yet');
    const cluster = brokenCluster();
    mesh.setCluster({ ...cluster, pods: NO_CLUSTER.pods });
    await turn(T + 2);
    assert.equal(mesh.read().analysis?.state, 'pending', 'pods are not listed yet');
    mesh.setCluster(cluster);
    assert.equal(await turn(T + 3), 30_000);
    assert.deepEqual(foundIn(mesh), [KEY]);
    const first = mesh.read().analysis;
    mesh.setCluster({ ...cluster, endpointSlices: fresh(new Map()) });
    await turn(T + 33);
    assert.equal(mesh.read().analysis, first, 'no analyzer looks at EndpointSlices');
    mesh.setCluster({ ...cluster, pods: fresh(objects([pod('shop', 'web-2')])) });
    await turn(T + 63);
    assert.notEqual(mesh.read().analysis, first);
    assert.equal(mesh.read().findingsSince?.get(KEY), T + 3);
    assert.equal(analysis.evaluate(mesh.read()).findingSince?.[0]?.value, T + 3);
  });

  it('forgets what was mended, and says so as a zero', async (context) => {
    const { mesh, turn } = await running(context);
    const cluster = brokenCluster();
    mesh.setCluster(cluster);
    await turn(T + 1);
    mesh.setCluster({
      ...cluster,
      config: { ...cluster.config, 'virtualservices.networking.istio.io': fresh(new Map()) },
    });
    await turn(T + 31);
    assert.deepEqual(foundIn(mesh), []);
    assert.equal(mesh.read().findingsSince?.size, 0);
    const [errors] = analysis.evaluate(mesh.read()).findings ?? [];
    assert.deepEqual([errors?.labels['level'], errors?.value], ['Error', 0]);
  });

  it('does not wait for ever for a list that says nothing: what hangs on it is unknown', async (context) => {
    const { mesh, turn } = await running(context);
    mesh.setCluster({ ...brokenCluster(), pods: NO_CLUSTER.pods });
    await turn(T + 59);
    assert.equal(mesh.read().analysis?.state, 'pending');
    await turn(T + 61);
    assert.deepEqual(foundIn(mesh), [KEY]);
    const codes = analysis.evaluate(mesh.read()).unknownCode?.map(({ labels }) => labels['code']);
    assert.ok(codes?.includes('IST0103'));
  });

  it('keeps to its interval, and leaves out what is suppressed', async (context) => {
    const { mesh, turn } = await running(context, {
      MESHLADDER_ANALYSIS_INTERVAL: '2m',
      MESHLADDER_ANALYSIS_SUPPRESS: 'IST0102,IST0101=virtualservice/shop/*',
    });
    mesh.setCluster(brokenCluster());
    assert.equal(await turn(T + 1), 120_000);
    assert.deepEqual(foundIn(mesh), []);
  });
});

describe('since when, over a restart', () => {
  it('is read from the file of the history', async (context) => {
    const folder = await mkdtemp(join(tmpdir(), 'meshladder-'));
    context.after(() => rm(folder, { recursive: true }));
    const file = join(folder, 'history.json');
    await saveHistory(file, NO_HISTORY, epochSeconds(T - 10), new Map([[KEY, epochSeconds(T - 500)]]));
    const { mesh, turn } = await running(context, { MESHLADDER_HISTORY_FILE: file });
    mesh.setCluster(brokenCluster());
    await turn(T + 1);
    assert.deepEqual([...(mesh.read().findingsSince ?? [])], [[KEY, T - 500]]);
  });

  it('is asked of Prometheus where no file tells', async (context) => {
    const metric = { code: 'IST0101', object_kind: 'VirtualService', object_namespace: 'shop', object_name: 'web' };
    const wanting = { code: 'IST0102', object_kind: 'Namespace' };
    const result = [metric, wanting].map((each) => ({ metric: each, value: [T, String(T - 700)] }));
    const questions: string[] = [];
    const server = createServer(async (request, response) => {
      questions.push(new URLSearchParams(await text(request)).get('query') ?? '');
      response.end(JSON.stringify({ status: 'success', data: { resultType: 'vector', result } }));
    });
    context.after(() => server.close());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { mesh, turn } = await running(context, { MESHLADDER_PROMETHEUS_URL: `http://127.0.0.1:${port}` });
    mesh.setCluster(brokenCluster());
    await turn(T + 1);
    assert.deepEqual([...(mesh.read().findingsSince ?? [])], [[KEY, T - 700]]);
    assert.match(questions.join(), /finding_since_timestamp_seconds\{mesh_cluster="Kubernetes"\}\[15m\]/);
  });

  const BROKEN: readonly (readonly [what: string, text: string])[] = [
    ['no JSON', '{'],
    ['findings of the future', JSON.stringify({ version: 1, findings: { [KEY]: T + 1_000_000 } })],
    ['findings that are a list', JSON.stringify({ version: 1, findings: 3 })],
  ];
  for (const [what, content] of BROKEN) {
    it(`starts without where the file holds ${what}`, async (context) => {
      const folder = await mkdtemp(join(tmpdir(), 'meshladder-'));
      context.after(() => rm(folder, { recursive: true }));
      const file = join(folder, 'history.json');
      await writeFile(file, content);
      const { mesh } = await running(context, { MESHLADDER_HISTORY_FILE: file });
      assert.equal(mesh.read().findingsSince?.size, 0);
    });
  }
});
