import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { config, FIXTURES, namespace, service } from '../support/analysis-cases.ts';
import { json as kubeJson, status as kubeStatus, startFakeKubeApi } from '../support/fake-kube-api.ts';
import { startRecordedCluster } from '../support/recorded-cluster.ts';
import { type CliResult, runCli } from '../support/run-cli.ts';

const folder = await mkdtemp(join(tmpdir(), 'meshladder-analyze-'));
after(() => rm(folder, { recursive: true }));

const SHOP = namespace('shop');
const WEB = service('shop/web', 'ports: [{name: web, port: 80}]');
const BROKEN = config(
  'VirtualService',
  'shop/web',
  'hosts: [web], gateways: [gone], http: [{route: [{destination: {host: web}}]}]',
);
const LEGACY = namespace('legacy', 'team: a');

/** Runs with these texts as one file. */
async function analyze(args: readonly string[], ...texts: readonly string[]): Promise<CliResult> {
  const path = join(folder, 'objects.yaml');
  await writeFile(path, texts.join('\n---\n'));
  return runCli(['analyze', ...args, path]);
}

interface Answer {
  readonly findings: readonly {
    readonly code: string;
    readonly level: string;
    readonly object: string;
    readonly text: string;
  }[];
  readonly unknown: readonly { readonly codes: readonly string[]; readonly why: string }[];
  readonly suppressed: number;
  readonly notes: readonly string[];
}

function answer({ stdout }: CliResult): Answer {
  return JSON.parse(stdout) as Answer;
}

function lines(result: CliResult): readonly string[] {
  return answer(result).findings.map(({ code, object }) => `${code} ${object}`);
}

const ALL = [
  'IST0101 VirtualService/shop/web',
  'IST0132 VirtualService/shop/web',
  'IST0102 Namespace/legacy',
  'IST0118 Service/shop/web',
];

describe('analyze, from files', () => {
  test('as JSON: codes, levels, and objects as kind/namespace/name', async () => {
    const result = await analyze(['-o', 'json'], SHOP, LEGACY, WEB, BROKEN);
    assert.deepEqual(lines(result), ALL);
    assert.deepEqual(answer(result).findings[0], {
      code: 'IST0101',
      level: 'Error',
      object: 'VirtualService/shop/web',
      kind: 'VirtualService',
      namespace: 'shop',
      name: 'web',
      text: 'It names the gateway "gone", and there is none.',
    });
    assert.deepEqual([answer(result).unknown, answer(result).notes], [[], []]);
    assert.equal(result.code, 1);
  });

  test('as text, with a count', async () => {
    const { stdout, code } = await analyze([], SHOP, LEGACY, WEB, BROKEN);
    assert.match(
      stdout,
      /^Error {3}IST0101 {2}VirtualService\/shop\/web\n {8}It names the gateway "gone", and there is none\.\n/,
    );
    assert.match(stdout, /1 Error, 1 Warning, 2 Info\.\n$/);
    assert.equal(code, 1);
  });

  test('of one namespace', async () => {
    assert.deepEqual(
      lines(await analyze(['-n', 'shop', '-o', 'json'], SHOP, LEGACY, WEB, BROKEN)),
      ALL.filter((line) => !line.includes('legacy')),
    );
    assert.deepEqual(lines(await analyze(['-n', 'legacy', '-o', 'json'], SHOP, LEGACY, WEB, BROKEN)), [
      'IST0102 Namespace/legacy',
    ]);
  });

  test('of all namespaces, said so', async () => {
    assert.deepEqual(lines(await analyze(['-A', '-o', 'json'], SHOP, LEGACY, WEB, BROKEN)), ALL);
  });

  test('exit code by level', async () => {
    assert.equal((await analyze([], SHOP, LEGACY)).code, 0);
    assert.equal((await analyze(['--fail-on', 'info'], SHOP, LEGACY)).code, 1);
    assert.equal((await analyze(['--fail-on', 'warning'], SHOP, LEGACY)).code, 0);
    assert.equal((await analyze([], SHOP)).code, 0);
  });

  test('without what is suppressed', async () => {
    const result = await analyze(
      ['-o', 'json', '--suppress', 'IST0102=Namespace/legacy', '--suppress', 'IST0118'],
      SHOP,
      LEGACY,
      WEB,
      BROKEN,
    );
    assert.deepEqual(lines(result), ALL.slice(0, 2));
    assert.equal(answer(result).suppressed, 2);
  });

  test('with what istioctl found besides', async () => {
    const imported = join(folder, 'istioctl.json');
    await writeFile(
      imported,
      JSON.stringify([
        { code: 'IST0101', level: 'Error', origin: 'VirtualService shop/web', message: 'theirs' },
        { code: 'IST0143', level: 'Error', origin: 'Pod shop/web-1', message: 'Port 80 is exposed' },
      ]),
    );
    const result = await analyze(['-o', 'json', '--import', imported], SHOP, LEGACY, WEB, BROKEN);
    assert.deepEqual(lines(result), [...ALL, 'IST0143 Pod/shop/web-1']);
    assert.match(answer(result).findings[0]?.text ?? '', /names the gateway/);
  });

  test('files of configuration alone: what runs is not known, and said so', async () => {
    const result = await analyze(['-o', 'json'], BROKEN);
    assert.deepEqual(lines(result), ALL.slice(0, 2));
    assert.ok(
      answer(result).unknown.some(({ codes, why }) => codes.includes('IST0101') && /Services are not known/.test(why)),
    );
    assert.match((await analyze([], BROKEN)).stdout, /Not known, or only in part: IST0101, /);
  });

  test('from stdin, as kubectl prints a list', async () => {
    const list = JSON.stringify({
      apiVersion: 'v1',
      kind: 'List',
      items: [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'legacy' } }],
    });
    const { stdout, code } = await runCli(['analyze', '-', '-o', 'json'], { stdin: list });
    assert.deepEqual(
      (JSON.parse(stdout) as Answer).findings.map(({ object }) => object),
      ['Namespace/legacy'],
    );
    assert.equal(code, 0);
  });

  test('every recorded file is read', async () => {
    const four = ['1-vs-gateway-missing', '2-dr-subset-no-pods', '3-peerauth-conflict', '4-serviceentry-shadow'];
    const { code, stderr } = await runCli([
      'analyze',
      ...four.map((name) => fileURLToPath(new URL(`analyze/${name}.yaml`, FIXTURES))),
    ]);
    assert.deepEqual([code, stderr], [1, '']);
  });
});

const WRONG: readonly (readonly [what: string, args: readonly string[], message: RegExp])[] = [
  ['a format', ['-o', 'yaml'], /-o yaml: give text or json/],
  ['-n and -A', ['-n', 'a', '-A'], /give one of them/],
  ['a level', ['--fail-on', 'fatal'], /error, warning or info/],
  ['a suppression', ['--suppress', 'IST0102/x'], /--suppress IST0102\/x: write it as/],
  ['a file that is not there', ['--import', join(folder, 'gone')], /there is no such file/],
];

describe('analyze, used wrongly', () => {
  for (const [what, args, message] of WRONG) {
    test(what, async () => {
      const { code, stderr, stdout } = await analyze(args, SHOP);
      assert.match(stderr, message);
      assert.deepEqual([code, stdout], [2, '']);
    });
  }

  test('a file that is no YAML is named, with its line', async () => {
    const { code, stderr } = await analyze([], 'a: b\n c: [\n');
    assert.match(stderr, /objects\.yaml: .*line \d+/);
    assert.equal(code, 2);
  });

  test('an empty file is no sound mesh', async () => {
    const { code, stderr } = await analyze([], '');
    assert.match(stderr, /no objects/);
    assert.equal(code, 2);
  });

  test('an import that is none', async () => {
    const imported = join(folder, 'not.json');
    await writeFile(imported, '{"findings": []}');
    const { code, stderr } = await analyze(['--import', imported], SHOP);
    assert.match(stderr, /not\.json: it is no list of messages/);
    assert.equal(code, 2);
  });

  test('without files and without a cluster', async () => {
    const { code, stderr } = await runCli(['analyze'], { env: { HOME: folder } });
    assert.match(stderr, /no kubeconfig.*give YAML files/);
    assert.equal(code, 2);
  });
});

describe('analyze, of a live cluster', () => {
  test('the recorded mesh', async (context) => {
    const { kubeconfig, store } = await startRecordedCluster(context, folder, 1);
    store.create({ ...(JSON.parse(JSON.stringify(BROKEN_OBJECT)) as typeof BROKEN_OBJECT) });
    const result = await runCli(['analyze', '-n', 'payment', '-o', 'json', '--kubeconfig', kubeconfig]);
    assert.equal(result.stderr, '');
    const found = lines(result);
    assert.ok(found.includes('IST0101 VirtualService/payment/edge'), result.stdout);
    assert.ok(found.includes('IST0133 AuthorizationPolicy/payment/payment-deny-admin'));
    const unknown = answer(result).unknown.flatMap(({ codes }) => codes);
    assert.ok(unknown.includes('IST0161'), 'Secrets are not read');
    assert.equal(result.code, 1);
  });

  test('a list that is denied leaves its codes unknown, says so, and the answer is that nobody can tell', async (context) => {
    const kube = await startFakeKubeApi();
    context.after(() => kube.stop());
    kube.always('/apis', kubeJson({ groups: [] }));
    kube.always('/api/v1/pods', kubeStatus(403, 'pods is forbidden', 'Forbidden'));
    const kubeconfig = join(folder, 'denied');
    await writeFile(
      kubeconfig,
      JSON.stringify({
        'current-context': 'c',
        clusters: [{ name: 'c', cluster: { server: kube.url } }],
        contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
        users: [{ name: 'u', user: { token: 't' } }],
      }),
    );
    const { code, stderr, stdout } = await runCli(['analyze', '-o', 'json', '--kubeconfig', kubeconfig]);
    assert.match(stderr, /pods: .*forbidden/);
    assert.deepEqual((JSON.parse(stdout) as Answer).findings, []);
    assert.equal(code, 2);
  });
});

const BROKEN_OBJECT = {
  apiVersion: 'networking.istio.io/v1',
  kind: 'VirtualService',
  metadata: { name: 'edge', namespace: 'payment' },
  spec: {
    hosts: ['pay.example.com'],
    gateways: ['gone'],
    http: [{ route: [{ destination: { host: 'payment-svc' } }] }],
  },
};
