import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { makeCertificate } from '../../src/demo/tls/certificate.ts';
import type { LadderDocument } from '../../src/sinks/report/ladder-json.ts';
import { CHECKOUT, readDumpJson } from '../support/envoy-dump.ts';
import { json, text } from '../support/istiod-server.ts';
import { statusText } from '../support/port-forward-server.ts';
import { runCli } from '../support/run-cli.ts';
import { fixturePath } from '../support/syncz.ts';
import { ISTIOD_TOKEN, MESH_CA, startXdsCluster, TOKEN_OF_DEFAULT, type XdsCluster } from '../support/xds-cluster.ts';
import { DEBUG, debugBody } from '../support/xds-server.ts';

const HEALTHY = await readFile(fixturePath('istiod/syncz.json'), 'utf8');
const LIMIT = { timeout: 200_000 };

function status({ kubeconfig }: XdsCluster, ...argv: readonly string[]) {
  return runCli(['status', '--kubeconfig', kubeconfig, '-o', 'json', ...argv]);
}

function proxies(stdout: string): readonly { readonly istiod: string; readonly state: string }[] {
  return (JSON.parse(stdout) as { proxies: { istiod: string; state: string }[] }).proxies;
}

test(
  'status: where the debug port is off, over xDS through a forwarded port, and why is said once',
  LIMIT,
  async (t) => {
    const cluster = await startXdsCluster(t);
    const run = await status(cluster, '--token-file', cluster.tokenFile);
    assert.equal(run.code, 0, run.stderr);
    assert.equal(proxies(run.stdout).length, 9);
    assert.equal(
      run.stderr,
      'meshladder: asked over xDS, not over HTTP: istiod-a (istiod-a.istio-system:1 has no /debug/syncz: its debug port is switched off (ENABLE_DEBUG_ON_HTTP=false))\n',
    );
    assert.ok(cluster.xds.seen.every(({ authorization }) => authorization === `Bearer ${ISTIOD_TOKEN}`));
    await cluster.kube.allClosed();
  },
);

test('status: the debug port does, and nobody needs a token or an authority', LIMIT, async (t) => {
  const cluster = await startXdsCluster(t, { '/debug/syncz': text(HEALTHY) });
  cluster.kube.objects.delete(MESH_CA);
  const run = await status(cluster);
  assert.deepEqual([run.code, run.stderr, proxies(run.stdout).length], [0, '', 9]);
  assert.equal(cluster.xds.connections(), 0);
});

test('status --access xds leaves the debug port alone; --access http leaves xDS alone', LIMIT, async (t) => {
  const cluster = await startXdsCluster(t, { '/debug/syncz': text(HEALTHY) });
  cluster.xds.on(DEBUG, debugBody(HEALTHY));
  const xds = await status(cluster, '--access', 'xds', '--token-file', cluster.tokenFile);
  assert.deepEqual([xds.code, xds.stderr, proxies(xds.stdout).length], [0, '', 9]);
  assert.deepEqual(cluster.http.seen, []);
  const before = cluster.xds.connections();
  const http = await status(await startXdsCluster(t), '--access', 'http');
  assert.equal(http.code, 2);
  assert.match(
    http.stderr,
    /^meshladder: istiod-a: istiod-a\.istio-system:1 has no \/debug\/syncz: its debug port is switched off/,
  );
  assert.equal(cluster.xds.connections(), before);
});

test('status --request-token has a token made in the namespace of istiod, and shows it to nobody', LIMIT, async (t) => {
  const cluster = await startXdsCluster(t);
  cluster.kube.objects.set(TOKEN_OF_DEFAULT, { kind: 'TokenRequest', status: { token: ISTIOD_TOKEN } });
  const run = await status(cluster, '--request-token', 'default');
  assert.deepEqual([run.code, proxies(run.stdout).length], [0, 9]);
  assert.ok(!run.stderr.includes(ISTIOD_TOKEN) && !run.stdout.includes(ISTIOD_TOKEN));
});

type Prepare = (cluster: XdsCluster) => readonly string[];
const tokenOf = ({ tokenFile }: XdsCluster): string[] => ['--token-file', tokenFile];

const FAILURES: readonly (readonly [about: string, prepare: Prepare, said: readonly RegExp[]])[] = [
  [
    'without a token: how to have one',
    () => [],
    [
      /istiod-a\.istio-system:15012 asks for a token: give one with --token-file \(audience istio-ca\), or have one made with --request-token default/,
      /nor over HTTP: .*ENABLE_DEBUG_ON_HTTP=false/,
    ],
  ],
  [
    'with a token that it does not take',
    ({ file }) => ['--token-file', file('other', 'another.token')],
    [/istiod-a\.istio-system:15012 does not accept the token; its audience must be istio-ca/],
  ],
  [
    'where no token may be made',
    () => ['--request-token', 'default'],
    [/no token is made for service account default of namespace istio-system: .*404.*give --token-file/],
  ],
  [
    'without the authority of the mesh',
    (cluster) => {
      cluster.kube.objects.delete(MESH_CA);
      return tokenOf(cluster);
    },
    [/cannot read the ConfigMap istio-ca-root-cert of namespace istio-system: .*give --ca-file/],
  ],
  [
    'with an authority that is none',
    (cluster) => {
      cluster.kube.objects.set(MESH_CA, { data: {} });
      return tokenOf(cluster);
    },
    [/the ConfigMap istio-ca-root-cert of namespace istio-system holds no certificate in PEM; give --ca-file/],
  ],
  [
    'with another authority',
    (cluster) => [...tokenOf(cluster), '--ca-file', cluster.file('ca.pem', makeCertificate('another').cert)],
    [/no TLS with istiod-a\.istio-system:15012: .*its certificate is of another authority/],
  ],
  [
    'where port 15012 may not be forwarded, and its address leads nowhere',
    (cluster) => {
      const body = statusText(403, 'pods "istiod-a" is forbidden');
      cluster.kube.lead('istiod-a.istio-system', 15_012, { kind: 'status', status: 403, body });
      return [...tokenOf(cluster), '--access', 'xds'];
    },
    [/cannot forward port 15012 of pod istiod-a\.istio-system: .*nor at its address: /],
  ],
  [
    'where nobody listens at 15012',
    (cluster) => {
      cluster.kube.lead('istiod-a.istio-system', 15_012, { kind: 'tcp', port: 1 });
      return tokenOf(cluster);
    },
    [/nothing listens on port 15012 of pod istiod-a\.istio-system/, /ENABLE_DEBUG_ON_HTTP=false/],
  ],
  [
    'where the way to 15012 is silent',
    (cluster) => {
      cluster.kube.lead('istiod-a.istio-system', 15_012, { kind: 'silent' });
      return [...tokenOf(cluster), '--timeout', '700ms'];
    },
    [/istiod-a\.istio-system:15012 did not answer xDS whole within 700 ms/],
  ],
];

for (const [about, prepare, said] of FAILURES) {
  test(`status over xDS ${about}`, LIMIT, async (t) => {
    const cluster = await startXdsCluster(t);
    const argv = prepare(cluster);
    const run = await status(cluster, ...argv);
    assert.deepEqual([run.code, run.stdout], [2, '']);
    for (const each of said) assert.match(run.stderr, each);
    assert.equal(run.stderr.trim().split('\n').length, 1, run.stderr);
    assert.doesNotMatch(run.stderr, /a\.good\.token|another\.token/);
  });
}

test(
  'status: no port is forwarded, and at its address istiod denies its debug port: over xDS, there too',
  LIMIT,
  async (t) => {
    const cluster = await startXdsCluster(t, { '/debug/syncz': text('', 401) });
    cluster.forwardNothing();
    const run = await status(cluster, ...tokenOf(cluster));
    assert.deepEqual([run.code, proxies(run.stdout).length], [0, 9], run.stderr);
    assert.match(
      run.stderr,
      /over xDS, not over HTTP: istiod-a \(cannot forward port .*nor at its address: .* answered 401: /,
    );
  },
);

test('status --url --access xds without an authority is wrong use', async () => {
  const run = await runCli(['status', '--url', 'http://127.0.0.1:1', '--access', 'xds']);
  assert.equal(run.code, 2);
  assert.match(run.stderr, /--access xds with --url: give --ca-file too/);
});

test('check: the first rung tells of istiods asked over xDS', LIMIT, async (t) => {
  const cluster = await startXdsCluster(t);
  const run = await runCli(['check', '--kubeconfig', cluster.kubeconfig, ...tokenOf(cluster), '-o', 'json']);
  const [first] = (JSON.parse(run.stdout) as LadderDocument).rungs;
  assert.deepEqual([first?.id, first?.verdict, first?.summary], ['control-plane', 'ok', '1 istiod answers (1.30.3)']);
  assert.equal(run.stderr.match(/asked over xDS, not over HTTP: istiod-a \(/g)?.length, 1);
});

async function diff(cluster: XdsCluster, ...argv: readonly string[]) {
  const envoy = cluster.file('envoy.json', JSON.stringify(await readDumpJson(`healthy/${CHECKOUT}.envoy`)));
  const { kubeconfig } = cluster;
  return runCli(['diff', 'cart-1', '-n', 'shop', '--envoy', envoy, '--kubeconfig', kubeconfig, ...argv]);
}

/** A cluster where cart-1.shop is, and whose istiod denies its debug port. */
async function startDeniedCluster(t: Parameters<typeof startXdsCluster>[0]): Promise<XdsCluster> {
  const cluster = await startXdsCluster(t, {
    '/debug/config_dump?proxyID=cart-1.shop&include_eds': text('', 403),
    '/version': json('1.30.3'),
  });
  const metadata = { name: 'cart-1', namespace: 'shop', uid: 'c', creationTimestamp: '2026-11-21T02:00:00Z' };
  const containerStatuses = [{ name: 'istio-proxy', ready: true, restartCount: 0, state: { running: {} } }];
  const pod = {
    metadata,
    spec: { containers: [{ name: 'istio-proxy', image: 'proxyv2' }] },
    status: { phase: 'Running', containerStatuses },
  };
  cluster.kube.objects.set('/api/v1/namespaces/shop/pods/cart-1', pod);
  return cluster;
}

test('diff: what istiod would send comes over xDS where its debug port is denied', LIMIT, async (t) => {
  const cluster = await startDeniedCluster(t);
  cluster.xds.on(DEBUG, debugBody(JSON.stringify(await readDumpJson(`healthy/${CHECKOUT}.istiod`))));
  const run = await diff(cluster, ...tokenOf(cluster));
  assert.equal(run.code, 0, run.stderr);
  assert.match(
    run.stderr,
    /asked over xDS, not over HTTP: istiod-a \(istiod-a\.istio-system:1 answered 403 through a forwarded port, where istiod/,
  );
  assert.deepEqual(cluster.xds.seen.at(-1)?.names, ['config_dump?proxyID=cart-1.shop&include_eds']);
});

test('diff: where nobody listens at the debug port of the pod, over xDS too', LIMIT, async (t) => {
  const cluster = await startDeniedCluster(t);
  cluster.kube.lead('istiod-a.istio-system', 1, { kind: 'tcp', port: 1 });
  cluster.xds.on(DEBUG, debugBody(JSON.stringify(await readDumpJson(`healthy/${CHECKOUT}.istiod`))));
  const run = await diff(cluster, ...tokenOf(cluster));
  assert.equal(run.code, 0, run.stderr);
  assert.match(run.stderr, /over xDS, not over HTTP: istiod-a \(nothing listens on port 1 of pod istiod-a/);
});

test('diff: where no port is forwarded, istiod is asked at its address, with the token', LIMIT, async (t) => {
  const cluster = await startDeniedCluster(t);
  const sent = JSON.stringify(await readDumpJson(`healthy/${CHECKOUT}.istiod`));
  cluster.http.on('/debug/config_dump?proxyID=cart-1.shop&include_eds', text(sent));
  cluster.forwardNothing();
  const run = await diff(cluster, ...tokenOf(cluster));
  assert.deepEqual([run.code, run.stderr], [0, '']);
  assert.equal(cluster.http.seen.at(-1)?.authorization, `Bearer ${ISTIOD_TOKEN}`);
  assert.equal(cluster.xds.connections(), 0);
});

const UNTOLD: readonly (readonly [about: string, body: string, said: RegExp])[] = [
  [
    'of whom istiod knows nothing',
    'Proxy not connected to this Pilot instance. It may be connected to another instance.\n',
    /cart-1\.shop is connected to no istiod \(asked: istiod-a\)/,
  ],
  ['whose istiod answers nonsense', '<html>', /the config dump of istiod istiod-a: /],
];
for (const [about, body, said] of UNTOLD) {
  test(`diff over xDS of a proxy ${about}`, LIMIT, async (t) => {
    const cluster = await startDeniedCluster(t);
    cluster.xds.on(DEBUG, debugBody(body));
    const run = await diff(cluster, ...tokenOf(cluster));
    assert.deepEqual([run.code, run.stdout], [2, '']);
    assert.match(run.stderr, said);
  });
}
