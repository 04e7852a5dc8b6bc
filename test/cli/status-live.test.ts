import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { epochSeconds } from '../../src/model/brand.ts';
import type { ProxyRow } from '../../src/model/proxy-row.ts';
import { proxiesBody } from '../../src/sinks/report/proxy-status-json.ts';
import { json as kubeJson, status as kubeStatus, startFakeKubeApi } from '../support/fake-kube-api.ts';
import { type Answer, type IstiodServer, json, startIstiodServer, text } from '../support/istiod-server.ts';
import {
  type Lead,
  type PortForwardServer,
  startPortForwardServer,
  statusText,
} from '../support/port-forward-server.ts';
import { ended, runProcess, startProcess } from '../support/run-process.ts';
import { fixturePath } from '../support/syncz.ts';

const HEALTHY = await readFile(fixturePath('istiod/syncz.json'), 'utf8');
const STALE = await readFile(fixturePath('syncz/stale-2of9-RDS.json'), 'utf8');
const folder = await mkdtemp(join(tmpdir(), 'meshladder-status-'));
after(() => rm(folder, { recursive: true }));

function listed(stdout: string): readonly { proxy: string; istiod: string; state: string }[] {
  return (JSON.parse(stdout) as { proxies: { proxy: string; istiod: string; state: string }[] }).proxies;
}

test('--url: each istiod is asked, with the token of the file, and all synced is exit code 0', async () => {
  const server = await startIstiodServer({ '/debug/syncz': text(HEALTHY) });
  const tokenFile = join(folder, 'token');
  await writeFile(tokenFile, 'abc.def\n');
  const run = await runProcess(['status', '-o', 'json', '--url', server.url, '--token-file', tokenFile]);
  assert.deepEqual([run.code, run.stderr], [0, '']);
  assert.equal(listed(run.stdout).length, 9);
  assert.ok(listed(run.stdout).every(({ istiod }) => istiod === `127.0.0.1:${server.port}`));
  assert.equal(server.seen.find(({ path }) => path === '/debug/syncz')?.authorization, 'Bearer abc.def');
  await server.stop();
});

test('--url twice: what one cannot tell is said, what the other tells is shown', async () => {
  const [good, denied] = await Promise.all([
    startIstiodServer({ '/debug/syncz': text(HEALTHY) }),
    startIstiodServer({ '/debug/syncz': text('', 401) }),
  ]);
  const run = await runProcess(['status', '--url', good.url, '--url', denied.url]);
  assert.equal(run.code, 2);
  assert.match(run.stdout, /^9 proxies: 9 SYNCED$/m);
  assert.match(run.stderr, /^meshladder: 127\.0\.0\.1:\d+: 127\.0\.0\.1:\d+ answered 401: no token was sent; mount/);
  good.on('/debug/syncz', text(STALE));
  assert.equal((await runProcess(['status', '--url', good.url, '--url', denied.url])).code, 1);
  await Promise.all([good.stop(), denied.stop()]);
});

test('--url where nobody listens, and one that does not answer in time: no table, exit code 2', async () => {
  const silent = await startIstiodServer({ '/debug/syncz': () => undefined });
  const closed = await startIstiodServer();
  await closed.stop();
  const run = await runProcess([
    'status',
    '-o',
    'json',
    '--timeout',
    '300ms',
    '--url',
    silent.url,
    '--url',
    closed.url,
  ]);
  assert.deepEqual([run.code, run.stdout], [2, '']);
  assert.match(run.stderr, /did not answer \/debug\/syncz whole within 300 ms/);
  assert.match(run.stderr, /cannot connect to .*ECONNREFUSED/);
  await silent.stop();
});

test('interrupted while it waits, it ends at once and says nothing', async () => {
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  const silent = await startIstiodServer({ '/debug/syncz': () => resolve() });
  const child = startProcess(['status', '--url', silent.url]);
  const run = ended(child);
  await asked;
  child.kill('SIGINT');
  assert.deepEqual(await run, { stdout: '', stderr: '', code: 130 });
  await silent.stop();
});

const ROW: ProxyRow = {
  cluster: 'Kubernetes',
  namespace: 'payment',
  name: 'pay-1',
  workload: 'pay',
  type: 'sidecar',
  verdict: 'missing',
  state: 'MISSING',
  types: {},
  missingSince: epochSeconds(Math.floor(Date.now() / 1000) - 3_700),
  blockedBy: { policyNamespace: 'payment', policy: 'default-deny', direction: 'egress', others: [] },
  changes: [],
};

test('--server that sees nothing: what keeps it from seeing', async () => {
  const sources = [
    { source: 'istiod', up: false, last_error: 'denied: 127.0.0.1:15014 answered 401' },
    { source: 'kubernetes', up: true, last_error: null },
  ];
  const istiods = [{ name: 'istiod-1', state: 'timeout', error: 'did not answer\nin time' }, 7];
  const server = await startIstiodServer({
    '/api/v1/proxies': text('{"proxies":[]}'),
    '/api/v1/status': json({ sources, istiods }),
  });
  const run = await runProcess(['status', '--server', server.url]);
  assert.deepEqual([run.code, run.stdout], [2, '']);
  assert.equal(
    run.stderr,
    "meshladder: the exporter's istiod: denied: 127.0.0.1:15014 answered 401\n" +
      "meshladder: the exporter's istiod-1: did not answer in time\n",
  );
  await server.stop();
});

test('--server: what a running exporter knows, the missing proxy and its cause included', async () => {
  const body = await proxiesBody([ROW], epochSeconds(Date.now() / 1000));
  const server = await startIstiodServer({ '/api/v1/proxies': text(body.toString()) });
  const run = await runProcess(['status', '--server', server.url]);
  assert.equal(run.code, 1);
  assert.match(run.stdout, /^pay-1 +payment +- +- +- +- +MISSING \(1h\) +-$/m);
  assert.match(run.stdout, /NetworkPolicy payment\/default-deny blocks its way to istiod:15012/);
  assert.deepEqual(server.seen, [{ path: '/api/v1/proxies', authorization: undefined }]);
  await server.stop();
});

const BAD_SERVERS: readonly (readonly [about: string, body: string, status: number, said: RegExp])[] = [
  ['something else', '{"data":[]}', 200, /is not what a meshladder exporter answers/],
  ['no JSON', '<html>', 200, /\/api\/v1\/proxies is not JSON/],
  ['a login', '', 401, /asks for a login; give --http\.config\.file with basic_auth or authorization/],
  ['no such path', '', 404, /has no \/api\/v1\/proxies: is it a meshladder exporter/],
  ['a failure', '', 500, /answered 500/],
];

for (const [about, body, status, said] of BAD_SERVERS) {
  test(`--server that answers ${about}: one line, exit code 2`, async () => {
    const server = await startIstiodServer({ '/api/v1/proxies': text(body, status) });
    const run = await runProcess(['status', '--server', server.url]);
    assert.deepEqual([run.code, run.stdout], [2, '']);
    assert.match(run.stderr, said);
    assert.equal(run.stderr.trim().split('\n').length, 1);
    await server.stop();
  });
}

/** A kubeconfig for a server on loopback. */
async function kubeconfigFor(url: string): Promise<string> {
  const path = join(folder, `kubeconfig-${new URL(url).port}`);
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server: url } }],
    users: [{ name: 'u', user: { token: 'kube-token' } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  };
  await writeFile(path, JSON.stringify(config));
  return path;
}

function istiodPod(name: string, port: number, ip = '127.0.0.1'): object {
  return {
    metadata: {
      name,
      namespace: 'istio-system',
      uid: name,
      resourceVersion: '5',
      creationTimestamp: '2026-11-21T02:00:00Z',
      labels: { app: 'istiod', 'istio.io/rev': 'default' },
      annotations: { 'prometheus.io/port': String(port) },
    },
    spec: { containers: [{ name: 'discovery' }] },
    status: {
      phase: 'Running',
      podIP: ip,
      podIPs: [{ ip }],
      conditions: [{ type: 'Ready', status: 'True' }],
    },
  };
}

function podList(...items: readonly object[]): object {
  return { kind: 'PodList', apiVersion: 'v1', metadata: { resourceVersion: '9' }, items };
}

test('by kubeconfig, and no port is forwarded: istiod pods are asked at their addresses; the Kubernetes token is not for them', async () => {
  const [one, other, kube] = await Promise.all([
    startIstiodServer({ '/debug/syncz': text(STALE) }),
    startIstiodServer({ '/debug/syncz': text('[]') }),
    startFakeKubeApi(),
  ]);
  kube.always('/api/v1/pods', kubeJson(podList(istiodPod('istiod-a', one.port), istiodPod('istiod-b', other.port))));
  const run = await runProcess(['status', '-o', 'json', '--kubeconfig', await kubeconfigFor(kube.url)]);
  assert.deepEqual([run.code, run.stderr], [1, '']);
  assert.equal(listed(run.stdout).length, 9);
  assert.ok(listed(run.stdout).every(({ istiod }) => istiod === 'istiod-a'));
  const [request] = kube.requests;
  assert.equal(request?.query.get('labelSelector'), 'app=istiod');
  assert.equal(request?.headers.authorization, 'Bearer kube-token');
  assert.ok(one.seen.every(({ authorization }) => authorization === undefined));
  await Promise.all([one.stop(), other.stop(), kube.stop()]);
});

/** A cluster of istiods that answer through forwarded ports; nobody is at their addresses. */
async function forwardingCluster(t: TestContext, leads: Readonly<Record<string, Lead>>): Promise<PortForwardServer> {
  const server = await startPortForwardServer();
  t.after(() => server.stop());
  server.objects.set(
    '/api/v1/pods',
    podList(...Object.keys(leads).map((name, nth) => istiodPod(name, DEAF_PORT, `127.0.0.${nth + 1}`))),
  );
  for (const [name, lead] of Object.entries(leads)) server.lead(`${name}.istio-system`, DEAF_PORT, lead);
  return server;
}

/** On this machine nobody listens there: what is asked at the address fails at once. */
const DEAF_PORT = 1;

async function startIstiod(t: TestContext, answers: Readonly<Record<string, Answer>>): Promise<IstiodServer> {
  const server = await startIstiodServer(answers);
  t.after(() => server.stop());
  return server;
}

test('by kubeconfig: istiods that no address leads to are asked through forwarded ports, without a token', async (t) => {
  const [one, other] = await Promise.all([
    startIstiod(t, { '/debug/syncz': text(STALE), '/version': text('1.30.3-abcdef0-Clean') }),
    startIstiod(t, { '/debug/syncz': text('[]') }),
  ]);
  const server = await forwardingCluster(t, {
    'istiod-a': { kind: 'tcp', port: one.port },
    'istiod-b': { kind: 'tcp', port: other.port },
  });
  const tokenFile = join(folder, 'unneeded');
  await writeFile(tokenFile, 'abc.def\n');
  const kubeconfig = await kubeconfigFor(server.url);
  const run = await runProcess(['status', '-o', 'json', '--kubeconfig', kubeconfig, '--token-file', tokenFile]);
  assert.deepEqual([run.code, run.stderr], [1, '']);
  assert.equal(listed(run.stdout).length, 9);
  assert.ok(listed(run.stdout).every(({ istiod }) => istiod === 'istiod-a'));
  assert.deepEqual(one.seen.map(({ path }) => path).toSorted(), ['/debug/connections', '/debug/syncz', '/version']);
  assert.ok([...one.seen, ...other.seen].every(({ authorization }) => authorization === undefined));
  assert.ok(server.seen.every(({ headers }) => headers.authorization === 'Bearer kube-token'));
});

const FORBIDDEN: Lead = {
  kind: 'status',
  status: 403,
  body: statusText(403, 'pods "istiod-a" is forbidden: User "u" cannot get resource "pods/portforward"'),
};

const NO_FORWARD: readonly (readonly [about: string, lead: Lead, said: readonly RegExp[], unsaid?: RegExp])[] = [
  [
    'is forbidden: the right, and what to do without it',
    FORBIDDEN,
    [
      /cannot forward port 1 of pod istiod-a\.istio-system: .*cannot get resource/,
      /grant get and create on pods\/portforward in namespace istio-system; nor at its address: cannot connect to 127\.0\.0\.1:1/,
      /where a forwarded port does not do, either\n {2}meshladder status --url/,
      /meshladder status --server/,
    ],
    /kubectl -n istio-system port-forward/,
  ],
  [
    'does not get through: kubectl knows another protocol',
    { kind: 'status', status: 502, body: 'bad gateway' },
    [
      /did not switch to WebSocket, so a proxy or load balancer/,
      /kubectl -n istio-system port-forward pod\/istiod-a 15014/,
      /meshladder status --url http:\/\/127\.0\.0\.1:15014/,
    ],
  ],
  [
    'leads to a port that nobody listens on: only that',
    { kind: 'tcp', port: 1 },
    [/nothing listens on port 1 of pod istiod-a\.istio-system/],
    /address|Either/,
  ],
];

for (const [about, lead, said, unsaid] of NO_FORWARD) {
  test(`by kubeconfig, and a forward ${about}`, async (t) => {
    const server = await forwardingCluster(t, { 'istiod-a': lead });
    const run = await runProcess(['status'], '', { KUBECONFIG: await kubeconfigFor(server.url) });
    assert.deepEqual([run.code, run.stdout], [2, '']);
    for (const each of said) assert.match(run.stderr, each);
    if (unsaid !== undefined) assert.doesNotMatch(run.stderr, unsaid);
  });
}

test('by kubeconfig, and nobody to ask: one line each time', async () => {
  const kube = await startFakeKubeApi();
  const kubeconfig = await kubeconfigFor(kube.url);
  kube.always('/api/v1/pods', kubeJson(podList()));
  const none = await runProcess(['status', '--kubeconfig', kubeconfig]);
  assert.match(none.stderr, /no running istiod pod \(label app=istiod\) in any namespace; use --url/);
  kube.always('/api/v1/pods', kubeStatus(403, 'pods is forbidden: User "u" cannot list', 'Forbidden'));
  const denied = await runProcess(['status', '--kubeconfig', kubeconfig]);
  assert.match(denied.stderr, /cannot list istiod pods: .*forbidden/);
  const missing = await runProcess(['status', '--kubeconfig', join(folder, 'nosuch')]);
  assert.match(missing.stderr, /nosuch/);
  const nowhere = await runProcess(['status']);
  assert.match(nowhere.stderr, /no kubeconfig, and this is no pod: give --kubeconfig, or use --url/);
  for (const run of [none, denied, missing, nowhere]) {
    assert.deepEqual([run.code, run.stdout, run.stderr.trim().split('\n').length], [2, '', 1], run.stderr);
  }
  await kube.stop();
});
