import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { type ControlPlaneModel, createControlPlane, type MeshProxy } from '../../../src/demo/istiod/control-plane.ts';
import { startIstiodServer } from '../../../src/demo/istiod/server.ts';
import type { ProxyCrowd } from '../../../src/demo/istiod/syncz.ts';
import { createCrowd } from '../../../src/demo/mesh/crowd.ts';
import { ISTIODS } from '../../../src/demo/mesh/workloads.ts';

const CHECKOUT: MeshProxy = {
  id: 'checkout-v1-5c7d8e9f6b-qw4rt.payment',
  type: 'sidecar',
  address: '10.44.0.23',
  version: '1.30.3',
};
const GATEWAY: MeshProxy = {
  id: 'istio-ingressgateway-6f7d9c8b5a-k3m9p.istio-system',
  type: 'router',
  address: '10.44.0.31',
  version: '1.30.3',
};
const NOBODY: ProxyCrowd = createCrowd(0, 0);
const [FIRST = '', SECOND = ''] = ISTIODS;

type Row = Record<string, unknown> & {
  readonly proxy: string;
  readonly resources: Record<string, Record<string, string>>;
};

function recorded(name: string): Row[] {
  return JSON.parse(readFileSync(new URL(`../../fixtures/${name}`, import.meta.url), 'utf8'));
}

interface Asked {
  readonly status: number;
  readonly type: string | null;
  readonly text: string;
}

interface Istiod {
  readonly model: ControlPlaneModel;
  ask(path: string, token?: string): Promise<Asked>;
  rows(): Promise<Row[]>;
}

async function startIstiod(context: TestContext, crowd: ProxyCrowd = NOBODY, name = FIRST): Promise<Istiod> {
  const model = createControlPlane();
  const rights = { exporter: 'granted', stranger: 'other_namespace' } as const;
  const tokens = (token: string) => rights[token as keyof typeof rights];
  const server = await startIstiodServer({
    name,
    model,
    crowd,
    tokens,
    version: '1.30.3',
    wouldSend: () => undefined,
  });
  context.after(() => server.close());
  const ask = async (path: string, token?: string): Promise<Asked> => {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`, {
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    });
    return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
  };
  return { model, ask, rows: async () => JSON.parse((await ask('/debug/syncz', 'exporter')).text) };
}

test('a row has the keys of a recorded row, in its order', async (context) => {
  const { model, rows } = await startIstiod(context);
  model.connect(CHECKOUT, FIRST);
  model.connect(GATEWAY, FIRST);
  const [own, gateway] = await rows();
  const real = recorded('istiod/syncz.json').find(({ proxy }) => proxy === CHECKOUT.id);
  assert.ok(own && real);
  assert.deepEqual(Object.keys(own), Object.keys(real));
  assert.deepEqual(Object.keys(own.resources), Object.keys(real.resources));
  for (const [type, { sent = '', acked, sentTime = '' }] of Object.entries(own.resources)) {
    assert.deepEqual(Object.keys(own.resources[type] ?? {}), Object.keys(real.resources[type] ?? {}));
    assert.match(sent, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\/\d+[0-9a-f-]{36}$/);
    assert.equal(acked, sent);
    assert.match(sentTime, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/);
  }
  assert.equal(gateway?.['proxy_type'], 'router');
});

test('a push that is not acknowledged is STALE in the recorded way, and EDS stays as it was', async (context) => {
  const { model, rows } = await startIstiod(context);
  model.connect(CHECKOUT, FIRST);
  const [before] = await rows();
  model.setHeard(CHECKOUT.id, false);
  model.push(['cds', 'lds', 'rds']);
  const [stale] = await rows();
  const real = recorded('syncz/stale-2of9-RDS.json').find(({ proxy }) => proxy === CHECKOUT.id);
  const states = (row: Row | undefined) =>
    Object.fromEntries(Object.entries(row?.resources ?? {}).map(([type, { sent, acked }]) => [type, sent === acked]));
  assert.deepEqual(states(stale), states(real));
  assert.equal(stale?.['cluster_acked'], before?.['cluster_acked']);
  assert.notEqual(stale?.['cluster_sent'], before?.['cluster_sent']);
  assert.equal(stale?.['endpoint_sent'], before?.['endpoint_sent']);
  // sentTime moves with each push; what was acknowledged does not.
  model.push(['cds']);
  const [again] = await rows();
  const CDS = 'type.googleapis.com/envoy.config.cluster.v3.Cluster';
  assert.notEqual(again?.resources[CDS]?.['sent'], stale?.resources[CDS]?.['sent']);
  assert.equal(again?.resources[CDS]?.['acked'], stale?.resources[CDS]?.['acked']);
  model.acknowledge(CHECKOUT.id);
  assert.ok(Object.values(states((await rows())[0])).every(Boolean));
});

test('a row that comes back is synced, on another connection', async (context) => {
  const { model, rows, ask } = await startIstiod(context);
  model.connect(CHECKOUT, FIRST);
  model.setHeard(CHECKOUT.id, false);
  model.push(['cds']);
  model.disconnect(CHECKOUT.id);
  assert.deepEqual(await rows(), []);
  model.connect(CHECKOUT, FIRST);
  const [row] = await rows();
  assert.ok(Object.values(row?.resources ?? {}).every(({ sent, acked }) => sent === acked));
  const connections = JSON.parse((await ask('/debug/connections', 'exporter')).text);
  assert.equal(connections.totalClients, 1);
  assert.equal(connections.clients[0].connectionId, `${CHECKOUT.id}-2`);
  const real = JSON.parse(readFileSync(new URL('../../fixtures/istiod/connections.json', import.meta.url), 'utf8'));
  assert.deepEqual(Object.keys(connections.clients[0]), Object.keys(real.clients[0]));
});

test('a rejection keeps the older acknowledgement and has the recorded keys', async (context) => {
  const { model, rows } = await startIstiod(context);
  const real = recorded('nack/syncz.json').find(({ proxy }) => proxy.startsWith('reviews-v2'));
  const LDS = 'type.googleapis.com/envoy.config.listener.v3.Listener';
  const words = real?.resources[LDS]?.['lastError'] ?? '';
  model.connect({ ...CHECKOUT, rejects: { lds: words } }, FIRST);
  model.push(['cds', 'lds', 'rds']);
  const [row] = await rows();
  assert.deepEqual(Object.keys(row?.resources[LDS] ?? {}), Object.keys(real?.resources[LDS] ?? {}));
  assert.equal(row?.resources[LDS]?.['lastError'], words);
  assert.notEqual(row?.resources[LDS]?.['sent'], row?.resources[LDS]?.['acked']);
});

test('each istiod lists its own proxies', async (context) => {
  const { model, rows } = await startIstiod(context);
  model.connect(CHECKOUT, SECOND);
  assert.deepEqual(await rows(), []);
  assert.deepEqual(
    model.connections(SECOND).map(({ proxy }) => proxy.id),
    [CHECKOUT.id],
  );
  assert.deepEqual(model.connections(FIRST), []);
});

test('istioctl is listed as if it were a proxy, for half a minute', async (context) => {
  const { model, rows } = await startIstiod(context);
  model.visit(FIRST);
  const real = recorded('syncz/right-after-istioctl.json').find(({ proxy }) => proxy.startsWith('test-'));
  assert.deepEqual(await rows(), [real]);
  let nowMs = 0;
  const later = createControlPlane({ now: () => nowMs });
  later.visit(FIRST);
  assert.equal(later.visits(FIRST), 1);
  nowMs = 30_000;
  assert.equal(later.visits(FIRST), 0);
});

test('who may look, and who is told only a status', async (context) => {
  const { ask } = await startIstiod(context);
  const table = readFileSync(new URL('../../fixtures/istiod/debug-auth-non-loopback.txt', import.meta.url), 'utf8');
  const who: Readonly<Record<string, string | undefined>> = {
    none: undefined,
    'payment/default:istio-ca': 'stranger',
    'istio-system/exporter:istio-ca': 'exporter',
    'istio-system/exporter:kubernetes-audience': 'for somebody else',
  };
  const recordedRows = [...table.matchAll(/^(\/debug\/(?:syncz|connections|list)) +(\S+) +(\d{3}) (.*)$/gm)];
  assert.equal(recordedRows.length, 12);
  for (const [, path = '', token = '', status, body = ''] of recordedRows) {
    const answered = await ask(path, who[token]);
    assert.equal(answered.status, Number(status), `${path} ${token}`);
    if (body === '') assert.equal(answered.text, '', `${path} ${token}`);
    else assert.equal(answered.text[0], body[0], path);
  }
  assert.match((await ask('/version')).text, /^1\.30\.3-[0-9a-f]{40}-Clean$/);
  const list = readFileSync(new URL('../../fixtures/istiod/list.json', import.meta.url), 'utf8');
  assert.equal((await ask('/debug/list', 'exporter')).text.trim(), list.trim());
  assert.equal((await ask('/metrics')).status, 200);
  assert.equal((await ask('/debug/nothing', 'exporter')).status, 404);
  assert.equal((await ask('/elsewhere')).text, '404 page not found\n');
});

test('ten thousand proxies are an answer of many packets, and its rows are whole', async (context) => {
  const crowd = createCrowd(10_000, Date.now());
  const { rows, model } = await startIstiod(context, crowd);
  model.connect(CHECKOUT, FIRST);
  const all = await rows();
  assert.equal(all.length, 5001);
  assert.equal(new Set(all.map(({ proxy }) => proxy)).size, 5001);
  assert.ok(all.every(({ resources }) => Object.values(resources).every(({ sent, acked }) => sent === acked)));
});
