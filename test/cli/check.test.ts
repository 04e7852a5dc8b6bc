import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as streamText } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type ExporterChild, startExporter } from '../../src/demo/exporter/child.ts';
import { writeSettings } from '../../src/demo/exporter/settings.ts';
import { type DemoMesh, startMesh } from '../../src/demo/mesh/mesh.ts';
import { podName, WORKLOADS } from '../../src/demo/mesh/workloads.ts';
import { CUT_OFF, type Deed } from '../../src/demo/scenario/deed.ts';
import { createPerformer } from '../../src/demo/scenario/perform.ts';
import type { LadderDocument } from '../../src/sinks/report/ladder-json.ts';
import { json, startIstiodServer, text } from '../support/istiod-server.ts';
import { type ProcessRun, runProcess } from '../support/run-process.ts';

const POD = `${podName(WORKLOADS.checkout)}.payment`;
const CAUSE = 'NetworkPolicy payment/default-deny blocks egress to istiod:15012';

describe('check in a mesh where a NetworkPolicy cuts payment off', () => {
  const folder = mkdtempSync(join(tmpdir(), 'meshladder-check-'));
  let mesh: DemoMesh;
  let exporter: ExporterChild;
  let url: string;
  const look = (...argv: string[]): Promise<ProcessRun> =>
    runProcess([
      'check',
      '--kubeconfig',
      join(folder, 'kubeconfig'),
      '--token-file',
      join(folder, 'istio-token'),
      ...argv,
    ]);

  before(async () => {
    mesh = await startMesh({ folder, extraProxies: 0, rotateAtBytes: 1 << 20 });
    const { configFile } = await writeSettings({ folder, mesh, speed: 10 });
    exporter = startExporter({
      execPath: process.execPath,
      script: fileURLToPath(new URL('../../src/main.ts', import.meta.url)),
      env: process.env,
      configFile,
      listen: '127.0.0.1:0',
      logFile: join(folder, 'exporter.log'),
      echo: () => undefined,
      debug: false,
    });
    exporter.lost.catch(() => undefined);
    url = await exporter.url;
  });
  after(async () => {
    await exporter.stop();
    await mesh.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('before it, payment is not named; what is always wrong in this mesh is', async () => {
    const { stdout, code } = await look();
    assert.equal(code, 1);
    assert.match(stdout, /^bookinfo: 1 pod without the sidecar it should have; 1 proxy ERROR/m);
    assert.doesNotMatch(stdout, /^payment: /m);
  });

  test('then one look names the pods and the cause, and so does the exporter', async () => {
    const perform = createPerformer({ mesh, traffic: { route: () => undefined, payments: () => undefined } });
    const deeds: readonly Deed[] = [
      { do: 'apply_policy', policy: 'default-deny', directions: ['Ingress', 'Egress'] },
      { do: 'silence', pods: CUT_OFF },
      { do: 'declare_weights', weights: { v1: 90, v2: 10 } },
      { do: 'push', types: ['cds', 'lds', 'rds'] },
      ...CUT_OFF.map((pod) => ({ do: 'disconnect', pod }) as const),
    ];
    for (const deed of deeds) perform(deed);
    const mine = await look(POD);
    assert.equal(mine.code, 1, mine.stderr);
    const [headline = ''] = mine.stdout.replaceAll('\n  ', ' ').split('\n');
    assert.match(headline, new RegExp(`^${POD}: 1 proxy MISSING for \\d s; ${CAUSE}\\.$`));
    assert.match(mine.stdout, /next: kubectl -n payment get networkpolicy default-deny -o yaml/);
    assert.match(mine.stdout, /^ 2 {2}unknown {2}config-synced: rung 1 not passed$/m);
    const told = await untilTold(url);
    const payment = told.namespaces?.find(({ namespace }) => namespace === 'payment');
    assert.match(payment?.headline ?? '', new RegExp(`^payment: 3 proxies MISSING for \\d+ s; ${CAUSE}`));
    const pod = await runProcess(['check', POD, '--server', url, '-o', 'json']);
    assert.equal(pod.code, 1);
    const document = JSON.parse(pod.stdout) as LadderDocument;
    assert.deepEqual(document.about, { namespace: 'payment', pod: podName(WORKLOADS.checkout) });
    assert.deepEqual(
      document.rungs.slice(0, 3).map(({ id, verdict }) => `${id} ${verdict}`),
      ['control-plane ok', 'in-mesh finding', 'config-synced unknown'],
    );
  });

  test('one look asks a Prometheus what agents have counted, and tells of one that does not answer', async (t) => {
    const flag = { workload: 'reviews', direction: 'outbound', destination: 'ratings.bookinfo.svc.cluster.local' };
    const metric = { proxy_namespace: 'bookinfo', ...flag, flag: 'UH' };
    const vector = (result: readonly object[]) => json({ status: 'success', data: { resultType: 'vector', result } });
    const asked: string[] = [];
    const prometheus = await startIstiodServer({
      '/api/v1/query': async (response, request) => {
        const query = new URLSearchParams(await streamText(request)).get('query') ?? '';
        asked.push(query);
        const isOfFlags = query.includes('meshladder_response_flags_total{mesh_cluster="Kubernetes"}');
        return vector(isOfFlags ? [{ metric, value: [1, '42'] }] : [])(response, request);
      },
    });
    t.after(() => prometheus.stop());
    const { stdout } = await look('--prometheus', prometheus.url);
    assert.match(stdout, /UH on 42 of 42 requests to ratings/);
    assert.equal(asked.length, 8);
    await prometheus.stop();
    const without = await look('--prometheus', prometheus.url);
    assert.match(without.stderr, /--prometheus: cannot connect to 127\.0\.0\.1:\d+: ECONNREFUSED/);
    assert.match(without.stdout, /response-flags: no\s+traffic source/);
  });

  test('a workload is its worst pod, and a namespace all of itself, here as with an exporter', async () => {
    const whole = { workload: 'checkout-v1', pods: 1 };
    const pod = podName(WORKLOADS.checkout);
    const asked: readonly (readonly [argv: readonly string[], about: LadderDocument['about']])[] = [
      [['checkout-v1.payment'], { namespace: 'payment', pod, of: whole }],
      [['deploy/checkout-v1', '-n', 'payment'], { namespace: 'payment', pod, of: whole }],
      [['pod/checkout-v1', '-n', 'payment'], { namespace: 'payment', pod, of: whole }],
      [['-n', 'payment'], { namespace: 'payment', pod: null }],
    ];
    for (const [argv, about] of asked) {
      for (const run of [
        await look(...argv, '-o', 'json'),
        await runProcess(['check', ...argv, '--server', url, '-o', 'json']),
      ]) {
        assert.equal(run.code, 1, run.stderr);
        const document = JSON.parse(run.stdout) as LadderDocument;
        assert.deepEqual(document.about, about);
        assert.match(document.headline ?? '', new RegExp(CAUSE));
      }
    }
    const { stdout } = await look('deploy/checkout-v1.payment');
    assert.match(stdout, new RegExp(`^checkout-v1\\.payment has one pod, ${pod}\\.\n`));
  });

  test('what is not there is one line, with what may be meant', async () => {
    const wrong: readonly (readonly [argv: readonly string[], said: RegExp])[] = [
      [
        ['chekout-v1.payment'],
        /chekout-v1\.payment: there is no such pod or workload; is it checkout-v1-5c7d8e9f6b-qw4rt/,
      ],
      [['sts/checkout-v1.payment'], /checkout-v1\.payment: there is no such statefulset with pods; is it checkout-v1-/],
      [['-n', 'paymnet'], /there is no namespace paymnet; is it payment\?/],
    ];
    for (const [argv, said] of wrong) {
      const { code, stdout, stderr } = await look(...argv);
      assert.deepEqual([code, stdout], [2, '']);
      assert.match(stderr, said);
    }
  });

  test('of what is not there an exporter says so too', async () => {
    for (const [argv, query, status, error, said] of [
      [
        ['chekout-v1.payment'],
        'namespace=payment&pod=chekout-v1',
        404,
        'chekout-v1.payment: there is no such pod or workload; see kubectl -n payment get pods',
        /there is no pod or workload chekout-v1\.payment, as far as http/,
      ],
      [
        ['-n', 'paymnet'],
        'namespace=paymnet',
        404,
        'there is no namespace paymnet here; see kubectl get namespaces',
        /there is no namespace paymnet, as far as http/,
      ],
    ] as const) {
      const response = await fetch(`${url}/api/v1/ladder?${query}`);
      assert.deepEqual([response.status, await response.json()], [status, { error }]);
      const { code, stdout, stderr } = await runProcess(['check', ...argv, '--server', url]);
      assert.deepEqual([code, stdout], [2, '']);
      assert.match(stderr, said);
    }
  });

  test('half a name is refused, and what runs no pods', async () => {
    for (const [query, error] of [
      ['pod=x', 'pod: give its namespace too'],
      ['namespace=a&pod=svc/x', 'pod: give NAME, or deploy, sts, ds, rs or pod/NAME'],
    ] as const) {
      const response = await fetch(`${url}/api/v1/ladder?${query}`);
      assert.deepEqual([response.status, await response.json()], [400, { error }]);
    }
  });
});

/** Asks the exporter until it has polled twice since. */
async function untilTold(url: string): Promise<LadderDocument> {
  let last = '';
  for (let tries = 0; tries < 40; tries += 1) {
    const run = await runProcess(['check', '--server', url, '-o', 'json']);
    assert.ok(run.code === 1 || run.code === 2, run.stderr);
    const document = JSON.parse(run.stdout) as LadderDocument;
    const headlines = document.namespaces?.map(({ headline }) => headline) ?? [];
    if (headlines.some((headline) => headline.startsWith('payment: 3 proxies MISSING'))) return document;
    last = headlines.join('; ');
    await sleep(300);
  }
  assert.fail(`the exporter never told that 3 proxies of payment are MISSING; last: ${last}`);
}

const WRONG: readonly (readonly [argv: readonly string[], said: RegExp])[] = [
  [['pod'], /pod: not a pod; write it as POD\.NAMESPACE, or name its namespace with -n/],
  [['svc/cart.shop'], /svc\/cart\.shop: svc runs no pods; give pod, deploy, sts, ds or rs/],
  [['-n', 'A B'], /-n A B: not a namespace/],
  [['-o', 'yaml'], /-o yaml: give text or json/],
  [['--server', 'host:1'], /--server host:1: not a URL; write it as in http:\/\/127\.0\.0\.1:19012/],
  [
    ['--server', 'http://h:1?x=1'],
    /--server http:\/\/h:1\?…: only \?cluster=ID may follow the address, as in http:\/\/h:1\?cluster=west/,
  ],
  [['--server', 'http://a', '--url', 'http://b'], /--server and --url: give one of them/],
  [['--timeout', 'soon'], /--timeout: /],
  [['--prometheus', 'host:9090'], /--prometheus host:9090: not a URL/],
  [['--prometheus-token-file', 'f'], /--prometheus-token-file: only with --prometheus/],
  [['--prometheus', 'http://a', '--server', 'http://b'], /--server and --prometheus: give one of them/],
  [[], /no kubeconfig, and this is no pod: give --kubeconfig, or ask a running exporter with --server/],
];
for (const [argv, said] of WRONG) {
  test(`check ${argv.join(' ')}: one line, exit code 2`, async () => {
    const run = await runProcess(['check', ...argv]);
    assert.deepEqual([run.code, run.stdout, run.stderr.trim().split('\n').length], [2, '', 1]);
    assert.match(run.stderr, said);
  });
}

for (const command of ['check', 'status', 'analyze']) {
  test(`${command} --server where nobody listens says what to do`, async () => {
    const server = await startIstiodServer({});
    await server.stop();
    const run = await runProcess([command, '--server', server.url]);
    assert.deepEqual([run.code, run.stdout], [2, '']);
    assert.match(
      run.stderr,
      /ECONNREFUSED\. No exporter answers there: forward its port, kubectl .* port-forward .*, or leave out --server/,
    );
  });
}

const BAD_ANSWERS: readonly (readonly [about: string, body: string, status: number, said: RegExp])[] = [
  ['something else', '{"proxies":[]}', 200, /is not what a meshladder exporter answers/],
  [
    'rungs that are none',
    '{"at":"x","verdict":"ok","about":null,"headline":null,"rungs":[1],"namespaces":null}',
    200,
    /is not what/,
  ],
  ['no JSON', '<html>', 200, /is not JSON/],
  ['no such path', '', 404, /has no \/api\/v1\/ladder: is it a meshladder exporter/],
];
for (const [about, body, status, said] of BAD_ANSWERS) {
  test(`--server that answers ${about}: one line, exit code 2`, async () => {
    const server = await startIstiodServer({ '/api/v1/ladder': text(body, status) });
    const run = await runProcess(['check', '--server', server.url]);
    assert.deepEqual([run.code, run.stdout], [2, '']);
    assert.match(run.stderr, said);
    await server.stop();
  });
}
