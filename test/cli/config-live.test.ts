import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { CHECKOUT, dumpPath, GATEWAY, PAYMENT } from '../support/envoy-dump.ts';
import { PAYMENT_TWIN, startTestMesh, type TestMesh } from '../support/live-mesh.ts';
import { statusText } from '../support/port-forward-server.ts';
import { type CliResult, runCli } from '../support/run-cli.ts';

let mesh: TestMesh;
before(async () => {
  mesh = await startTestMesh();
});
after(() => mesh.stop());
beforeEach(() => {
  for (const { asked } of mesh.admins.values()) (asked as string[]).length = 0;
});

function live(...args: readonly string[]): Promise<CliResult> {
  return runCli([...args, '--kubeconfig', mesh.kubeconfig]);
}

const DUMP = dumpPath(`healthy/${CHECKOUT}.envoy`);
const STATUSES = dumpPath(`healthy/${CHECKOUT}.clusters`);
const SAME: readonly (readonly [part: string, files: readonly string[], asked: readonly string[]])[] = [
  [
    'clusters',
    ['-f', DUMP],
    ['GET /config_dump?mask=static_clusters,dynamic_active_clusters,dynamic_warming_clusters'],
  ],
  ['listeners', ['-f', DUMP], ['GET /config_dump?mask=static_listeners,dynamic_listeners']],
  ['routes', ['-f', DUMP], ['GET /config_dump?mask=static_route_configs,dynamic_route_configs']],
  [
    'endpoints',
    ['-f', DUMP, '-f', STATUSES],
    ['GET /config_dump?include_eds&mask=static_endpoint_configs,dynamic_endpoint_configs', 'GET /clusters?format=json'],
  ],
  ['bootstrap', ['-f', DUMP], ['GET /config_dump?mask=bootstrap']],
  ['secrets', ['-f', DUMP], ['GET /config_dump?mask=static_secrets,dynamic_active_secrets,dynamic_warming_secrets']],
  ['all', ['-f', DUMP, '-f', STATUSES], ['GET /config_dump?include_eds', 'GET /clusters?format=json']],
];
for (const output of ['table', 'json']) {
  for (const [part, files, asked] of SAME) {
    test(`config ${part} of a running proxy is that of its dump, in ${output}`, async () => {
      const { code, stdout, stderr } = await live('config', part, CHECKOUT, '-o', output);
      const expected = await runCli(['config', part, ...files, '-o', output]);
      assert.deepEqual({ code, stdout, stderr }, expected);
      assert.deepEqual(mesh.admins.get(CHECKOUT)?.asked, asked);
    });
  }
}

test('config log reads the loggers', async () => {
  const { code, stdout } = await live('config', 'log', CHECKOUT);
  assert.equal(code, 0);
  assert.match(stdout, /^active loggers:\n {2}admin: warning\n/);
  assert.deepEqual(mesh.admins.get(CHECKOUT)?.asked, ['POST /logging']);
});

test('config all tells no secret', async () => {
  const { stdout } = await live('config', 'all', GATEWAY, '-o', 'json');
  assert.deepEqual(Object.keys(JSON.parse(stdout) as object), [
    'clusters',
    'listeners',
    'routes',
    'endpoints',
    'bootstrap',
  ]);
  assert.doesNotMatch(stdout, /PRIVATE KEY|SecretsConfigDump|hush/);
});

test('what is printed hides secrets that a dump did not', async () => {
  const secret = {
    private_key: { inline_string: 'hush', filename: '/etc/key' },
    password: 'hush',
    sessionTicketKeys: { keys: [{ inlineBytes: 'hush' }] },
    accessToken: 'hush',
    certificate_chain: { inline_string: 'public' },
  };
  const cluster = { '@type': 'a/envoy.config.cluster.v3.Cluster', name: 'a', transport_socket: secret };
  const bootstrap = { '@type': 'a/envoy.admin.v3.BootstrapConfigDump', bootstrap: { tracing: secret } };
  const stdin = JSON.stringify({ configs: [cluster, bootstrap] });
  for (const part of ['clusters', 'bootstrap', 'all']) {
    const { code, stdout } = await runCli(['config', part, '-f', '-', '-o', 'json'], { stdin });
    assert.equal(code, 0);
    assert.doesNotMatch(stdout, /hush/);
    assert.match(stdout, /public/);
    assert.match(stdout, /\/etc\/key/);
  }
});

describe('whose', () => {
  const cases: readonly (readonly [args: readonly string[], code: number, stderr: RegExp])[] = [
    [[CHECKOUT], 0, /^$/],
    [[CHECKOUT.split('.')[0] ?? '', '-n', 'payment'], 0, /^$/],
    [[CHECKOUT, '-n', 'payment'], 0, /^$/],
    [[`pod/${CHECKOUT}`], 0, /^$/],
    [['checkout.payment'], 0, /^meshladder: checkout\.payment: that is checkout-v1-5c7d8e9f6b-qw4rt\n$/],
    [['deploy/payment-svc.payment'], 0, /looking at payment-svc-v1-6d8f9b7c5d-9zzzz, one of 2 pods\n$/],
    [['deployment/payment-svc', '-n', 'payment'], 0, /9zzzz/],
    [
      ['payment-svc-v1.payment'],
      2,
      /may be any of 2 pods; give one of:\n {2}payment-svc-v1-6d8f9b7c5d-2xkqp\.payment\n {2}payment-svc-v1-6d8f9b7c5d-9zzzz\.payment\n$/,
    ],
    [
      ['payment-svc-v1-6d8f9b7c5d-2xkqq.payment'],
      2,
      /there is no pod payment-svc-v1-6d8f9b7c5d-2xkqq in namespace payment; near it are:\n {2}payment-svc-v1-6d8f9b7c5d-2xkqp\.payment\n/,
    ],
    [['xyz.payment'], 2, /there is no pod xyz in namespace payment; see kubectl -n payment get pods\n$/],
    [['cart.paymnt'], 2, /there is no namespace paymnt; near it are:\n {2}cart\.payment\n$/],
    [['cart.nowhere'], 2, /there is no namespace nowhere\n$/],
    [
      ['deploy/payment.payment'],
      2,
      /there is no deployment payment in namespace payment; near it are:\n {2}deployment\/payment-svc\.payment\n$/,
    ],
    [['deploy/idle.payment'], 2, /deployment idle\.payment has no running pod\n$/],
    [['job/x.payment'], 2, /job runs no pods; give pod, deploy, sts, ds or rs\n$/],
    [
      ['orders-5f6c7d8e9f-aaaaa.payment'],
      2,
      /has no istio-proxy container: .*meshladder check orders-5f6c7d8e9f-aaaaa\.payment\n$/,
    ],
    [
      ['ledger-6c7d8e9f5f-bbbbb.payment'],
      2,
      /the istio-proxy of ledger-6c7d8e9f5f-bbbbb\.payment does not run \(the pod is Pending\)/,
    ],
    [['checkout'], 2, /checkout: not a pod; write it as POD\.NAMESPACE, or name its namespace with -n\n$/],
    [['../x.payment'], 2, /\.\. runs no pods/],
    [['a%2f.payment'], 2, /not a pod/],
  ];
  for (const [args, code, stderr] of cases) {
    test(args.join(' '), async () => {
      const result = await live('config', 'clusters', ...args);
      assert.match(result.stderr, stderr);
      assert.equal(result.code, code);
      assert.equal(result.stdout === '', code !== 0);
    });
  }
});

test('a port that may not be forwarded is told with the right that is lacking', async () => {
  const { port } = mesh.admins.get(GATEWAY) ?? { port: 0 };
  mesh.server.lead(GATEWAY, 15_000, { kind: 'status', status: 403, body: statusText(403, 'pods "x" is forbidden') });
  const { code, stderr } = await live('config', 'clusters', GATEWAY);
  mesh.server.lead(GATEWAY, 15_000, { kind: 'tcp', port });
  assert.equal(code, 2);
  assert.match(
    stderr,
    /^meshladder: cannot forward port 15000 .* grant get and create on pods\/portforward in namespace istio-system\n$/,
  );
  assert.doesNotMatch(stderr, /hush/);
});

test('an Envoy that answers with something else is named', async () => {
  mesh.server.lead(GATEWAY, 15_000, { kind: 'tcp', port: mesh.istiods[0]?.port ?? 0 });
  const { code, stderr } = await live('config', 'clusters', GATEWAY);
  mesh.server.lead(GATEWAY, 15_000, { kind: 'tcp', port: mesh.admins.get(GATEWAY)?.port ?? 0 });
  assert.equal(code, 2);
  assert.match(
    stderr,
    /the Envoy of istio-ingressgateway-\S+ answers 404 to \/config_dump\?mask=\S+: Proxy not connected/,
  );
});

test('an API server that answers with something else than a pod is told so', async () => {
  const path = '/api/v1/namespaces/payment/pods/strange';
  mesh.server.objects.set(path, { kind: 'Cow' });
  const { code, stderr } = await live('config', 'clusters', 'strange.payment');
  assert.equal(code, 2);
  assert.match(stderr, /^meshladder: what the API server calls a pod is none: /);
});

test('trace follows a request through a running proxy', async () => {
  const target = 'payment-svc.payment:8080/pay';
  const { code, stdout } = await live('trace', CHECKOUT, target);
  assert.deepEqual({ code, stdout, stderr: '' }, await runCli(['trace', '-f', DUMP, '-f', STATUSES, target]));
  assert.equal(code, 0);
});

test('compare takes two running replicas, or one and a file', async () => {
  const pods = await live('compare', PAYMENT, PAYMENT_TWIN);
  assert.deepEqual([pods.code, pods.stderr], [0, '']);
  const file = await live('compare', PAYMENT, dumpPath(`stale/${PAYMENT}.envoy`));
  assert.equal(file.code, 1);
  const other = await live('compare', PAYMENT, CHECKOUT);
  assert.equal(other.code, 1);
  assert.match(other.stderr, /no replicas: the workloads are/);
});

describe('diff of a running proxy', () => {
  test('asks istiods one by one until one has it, through forwarded ports', async () => {
    const { code, stdout, stderr } = await live('diff', CHECKOUT);
    const files = ['--istiod', dumpPath(`healthy/${CHECKOUT}.istiod`), '--envoy', DUMP];
    assert.deepEqual({ code, stdout, stderr }, await runCli(['diff', ...files]));
    assert.equal(code, 0);
    assert.equal(mesh.istiods[0]?.asked.at(-1), `GET /debug/config_dump?proxyID=${CHECKOUT}&include_eds`);
  });

  test('shows what Envoy does not have yet', async () => {
    const { code, stdout } = await live('diff', PAYMENT, '--section', 'routes');
    assert.equal(code, 1);
    assert.match(stdout, /weight/);
  });

  test('takes one side from a file', async () => {
    const envoy = await live('diff', CHECKOUT, '--envoy', DUMP);
    const istiod = await live('diff', CHECKOUT, '--istiod', dumpPath(`healthy/${CHECKOUT}.istiod`));
    assert.deepEqual([envoy.code, istiod.code], [0, 0]);
  });

  test('asks istiods at URLs', async () => {
    const urls = mesh.istiods.flatMap(({ port }) => ['--url', `http://127.0.0.1:${port}`]);
    assert.equal((await live('diff', CHECKOUT, ...urls)).code, 0);
    // Nothing of the cluster is needed beside a file.
    assert.equal((await runCli(['diff', CHECKOUT, '--envoy', DUMP, ...urls])).code, 0);
    const first = await runCli(['diff', CHECKOUT, '--envoy', DUMP, ...urls.slice(0, 2)]);
    assert.equal(first.code, 2);
    assert.match(first.stderr, /is connected to no istiod \(asked: 127\.0\.0\.1:\d+\)\n$/);
  });

  test('says that no istiod has it', async () => {
    const { code, stderr } = await live('diff', PAYMENT_TWIN);
    assert.equal(code, 2);
    assert.match(
      stderr,
      /9zzzz\.payment is connected to no istiod \(asked: istiod-7c9d8b6f5a-first, istiod-7c9d8b6f5a-second\)\n$/,
    );
  });

  test('says that there is no istiod', async () => {
    const { code, stderr } = await live('diff', CHECKOUT, '-i', 'nowhere');
    assert.equal(code, 2);
    assert.match(stderr, /no running istiod pod \(label app=istiod\) in namespace nowhere; name another with -i/);
  });
});
