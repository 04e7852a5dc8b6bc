import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { parse as parseYaml } from 'yaml';
import { CHECKOUT, dumpPath, GATEWAY, PAYMENT, REVIEWS } from '../support/envoy-dump.ts';
import { assertGolden } from '../support/golden.ts';
import { type CliResult, runCli } from '../support/run-cli.ts';
import { fixturePath } from '../support/syncz.ts';

const DUMP = dumpPath(`healthy/${CHECKOUT}.envoy`);
const STATUSES = dumpPath(`healthy/${CHECKOUT}.clusters`);
const LOGGERS = fixturePath(`envoy/healthy/${CHECKOUT}.logging.txt`);

/** Lines whose columns are one blank apart: istioctl's are as wide as its tab stops. */
function lines(text: string): readonly string[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => line.replaceAll(/ +/g, ' ').trimEnd());
}

const SAME: readonly (readonly [recorded: string, ...args: string[]])[] = [
  ['pc-clusters.checkout.txt', 'clusters', '-f', DUMP],
  ['pc-clusters-fqdn.checkout.txt', 'clusters', '-f', DUMP, '--fqdn', 'payment-svc.payment.svc.cluster.local'],
  ['pc-listeners.checkout.txt', 'listeners', '-f', DUMP],
  ['pc-listeners.payment-svc-v1.txt', 'listeners', '-f', dumpPath(`healthy/${PAYMENT}.envoy`)],
  ['pc-routes.checkout.txt', 'routes', '-f', DUMP],
  ['pc-routes.gateway.txt', 'routes', '-f', dumpPath(`healthy/${GATEWAY}.envoy`)],
  ['pc-endpoints.checkout.txt', 'endpoints', '-f', STATUSES],
  ['pc-endpoints.checkout.txt', 'endpoints', '-f', DUMP, '-f', STATUSES],
  [
    'pc-endpoints-cluster.checkout.txt',
    'endpoints',
    '-f',
    STATUSES,
    '--cluster',
    'outbound|8080|v1|payment-svc.payment.svc.cluster.local',
  ],
  ['pc-endpoints.from-file.checkout.txt', 'endpoints', '-f', dumpPath(`healthy/${CHECKOUT}.envoy-without-eds`)],
  ['pc-log.checkout.txt', 'log', '-f', LOGGERS],
];
for (const [recorded, ...args] of SAME) {
  test(`config ${args[0]} lists what istioctl lists (${recorded}, ${args.length} words)`, async () => {
    const { stdout, code } = await runCli(['config', ...args]);
    const expected = lines(await readFile(fixturePath(`istioctl/${recorded}`), 'utf8'));
    // istioctl says whose loggers they are.
    assert.deepEqual(lines(stdout), args[0] === 'log' ? expected.slice(1) : expected);
    assert.equal(code, 0);
  });
}

for (const [part, file] of [
  ['clusters', DUMP],
  ['listeners', DUMP],
  ['routes', DUMP],
  ['endpoints', STATUSES],
  ['bootstrap', DUMP],
  ['secrets', DUMP],
  ['log', LOGGERS],
  ['all', DUMP],
] as const) {
  test(`config ${part} is the same document in YAML as in JSON`, async () => {
    const [yaml, json] = await Promise.all(
      ['yaml', 'json'].map((form) => runCli(['config', part, '-f', file, '-o', form])),
    );
    assert.equal(yaml?.code, 0, yaml?.stderr);
    assert.deepEqual(parseYaml(yaml?.stdout ?? ''), JSON.parse(json?.stdout ?? ''));
  });
}

test('config routes without any is an empty list in YAML too', async () => {
  const { stdout } = await runCli(['config', 'routes', '-f', DUMP, '--name', 'nowhere', '-o', 'yaml']);
  assert.deepEqual(parseYaml(stdout), []);
});

test('config log says which loggers write more than they should', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'meshladder-loggers-')), 'loggers.txt');
  writeFileSync(file, 'active loggers:\n  admin: warning\n  rbac: debug\n  http: trace\n');
  const { stdout, stderr } = await runCli(['config', 'log', '-f', file]);
  rmSync(dirname(file), { recursive: true });
  assert.match(stdout, /admin: warning/);
  assert.match(stderr, /2 of 3 loggers write more than Istio's default \(warning\): rbac at debug, http at trace\n$/);
  assert.equal((await runCli(['config', 'log', '-f', LOGGERS])).stderr, '');
});

test('config endpoints lists the same hosts from a dump, which does not say why one is out', async () => {
  const { stdout, stderr } = await runCli(['config', 'endpoints', '-f', DUMP]);
  const expected = lines(await readFile(fixturePath('istioctl/pc-endpoints.checkout.txt'), 'utf8'));
  assert.deepEqual(
    lines(stdout),
    expected.map((line, nth) => (nth === 0 ? line : line.replace(' OK ', ' - '))),
  );
  assert.match(stderr, /without any endpoint: outbound\|8080\|\|ghost\.payment/);
});

interface Row {
  readonly name: string;
  readonly state: string;
}

async function rowsOf(...args: readonly string[]): Promise<readonly Row[]> {
  const { stdout, code } = await runCli(['config', ...args, '-o', 'json']);
  assert.equal(code, 0);
  return JSON.parse(stdout) as Row[];
}

function sortedNames(rows: readonly { readonly name?: string }[]): readonly string[] {
  return rows.map(({ name }) => name ?? '').toSorted();
}

describe('in JSON', () => {
  for (const section of ['clusters', 'listeners', 'routes'] as const) {
    test(`${section} are the resources that istioctl prints`, async () => {
      const recorded = gunzipSync(await readFile(fixturePath(`istioctl/pc-${section}.checkout.json.gz`)));
      const expected = JSON.parse(recorded.toString('utf8')) as { name?: string }[];
      assert.deepEqual(sortedNames(await rowsOf(section, '-f', DUMP)), sortedNames(expected));
    });
  }

  test('endpoints are those of every cluster, also of one without any', async () => {
    const rows = await rowsOf('endpoints', '-f', DUMP);
    assert.deepEqual(sortedNames(rows), sortedNames(await rowsOf('clusters', '-f', DUMP)));
    const ghost = rows.find(({ name }) => name.includes('ghost')) as unknown as { endpoints: unknown[] };
    assert.deepEqual(ghost.endpoints, []);
  });

  test('names that Envoy has not are empty', async () => {
    assert.equal((await rowsOf('routes', '-f', DUMP)).filter(({ name }) => name === '').length, 2);
    const rejected = await rowsOf('listeners', '-f', dumpPath(`nack/${REVIEWS}.envoy`));
    assert.equal(rejected.length, 15);
    assert.ok(rejected.every(({ name }) => name !== ''));
  });

  test('what Envoy refused is said in its row, and nothing beside the JSON', async () => {
    const args = ['config', 'listeners', '-f', dumpPath(`nack/${REVIEWS}.envoy`), '-o', 'json'];
    const { stdout, stderr } = await runCli(args);
    const rows = JSON.parse(stdout) as { readonly name: string; readonly rejection: string | null }[];
    assert.deepEqual(
      rows.filter(({ rejection }) => rejection !== null).map(({ name }) => name),
      ['virtualInbound'],
    );
    assert.equal(stderr, '');
    const endpoints = await runCli(['config', 'endpoints', '-f', DUMP, '-o', 'json']);
    assert.equal(endpoints.stderr, '');
  });

  test('static and dynamic are told apart', async () => {
    const rows = await rowsOf('clusters', '-f', DUMP);
    assert.deepEqual(sortedNames(rows.filter(({ state }) => state === 'static')), [
      'agent',
      'prometheus_stats',
      'sds-grpc',
      'xds-grpc',
    ]);
  });

  test('all is every section and the bootstrap', async () => {
    const { stdout } = await runCli(['config', 'all', '-f', DUMP, '-o', 'json']);
    const all = JSON.parse(stdout) as Record<string, unknown[]>;
    assert.deepEqual(Object.keys(all), ['clusters', 'listeners', 'routes', 'endpoints', 'bootstrap']);
    assert.deepEqual([all['clusters']?.length, all['endpoints']?.length], [28, 28]);
  });

  test('loggers are a list', async () => {
    const { stdout } = await runCli(['config', 'log', '-f', LOGGERS, '-o', 'json']);
    assert.deepEqual((JSON.parse(stdout) as unknown[])[0], { name: 'a2a', level: 'warning' });
  });

  test('a bootstrap is what Envoy was started with', async () => {
    const { stdout } = await runCli(['config', 'bootstrap', '-f', DUMP]);
    const { bootstrap } = JSON.parse(stdout) as { bootstrap: { node: { cluster: string } } };
    assert.equal(bootstrap.node.cluster, 'checkout.payment');
  });

  test('a list without rows is a list', async () => {
    assert.deepEqual(await rowsOf('routes', '-f', DUMP, '--name', 'nowhere'), []);
  });
});

const FILTERS: readonly (readonly [rows: number, ...args: string[]])[] = [
  [3, 'clusters', '--fqdn', 'payment-svc'],
  [2, 'clusters', '--subset', 'v1'],
  [1, 'clusters', '--direction', 'inbound'],
  [1, 'clusters', '--port', '9080', '--fqdn', 'reviews', '--direction', 'OUTBOUND', '--subset', 'v2'],
  [2, 'listeners', '--port', '15021'],
  [2, 'listeners', '--address', '10.96.3.1'],
  [1, 'listeners', '--type', 'HTTP', '--port', '15090'],
  [1, 'routes', '--name', '8080'],
  [2, 'endpoints', '--address', '10.44.0.22'],
  [24 - 2, 'endpoints', '--status', 'HEALTHY'],
  [0, 'endpoints', '--status', 'EJECTED'],
  [1, 'endpoints', '--cluster', 'OUTBOUND|8080||ghost.payment.svc.cluster.local'],
];
for (const [count, what = '', ...filters] of FILTERS) {
  test(`config ${what} ${filters.join(' ')}`, async () => {
    assert.equal((await rowsOf(what, '-f', DUMP, ...filters)).length, count);
  });
}

const GOLDEN: readonly (readonly [file: string, args: readonly string[]])[] = [
  ['config-help', ['--help']],
  ['config-nack', ['listeners', '-f', 'nack', '--port', '15006']],
  ['config-bootstrap', ['bootstrap', '-f', 'dump', '-o', 'table']],
  ['config-all', ['all', '-f', 'dump']],
  ['config-pod-without-file', ['clusters', 'cart-1.shop']],
  ['config-nothing', ['clusters']],
  ['config-bad-part', ['certs', '-f', 'dump']],
  ['config-bad-output', ['clusters', '-f', 'dump', '-o', 'xml']],
  ['config-bad-filter', ['routes', '-f', 'dump', '--port', '80']],
  ['config-bad-port', ['clusters', '-f', 'dump', '--port', '0x50']],
  ['config-bad-pod', ['clusters', 'cart-1', '-f', 'dump']],
  ['config-other-pod', ['clusters', 'cart-1.shop', '-f', 'dump']],
  ['config-no-section', ['listeners', '-f', 'statuses']],
  ['config-no-loggers', ['log', '-f', 'dump']],
  ['config-twice', ['clusters', '-f', 'dump', '-f', 'nack']],
  ['config-no-file', ['clusters', '-f', 'nowhere.json']],
  ['config-nothing-found', ['clusters', '-f', 'dump', '--fqdn', 'nowhere']],
];
const FILES: Readonly<Record<string, string>> = {
  dump: DUMP,
  nack: dumpPath(`nack/${REVIEWS}.envoy`),
  statuses: STATUSES,
};
for (const [name, args] of GOLDEN) {
  test(`meshladder config ${args.join(' ')} (${name})`, async () => {
    const result = await runCli(['config', ...args.map((arg) => FILES[arg] ?? arg)]);
    await assertGolden(`cli/${name}.txt`, `$ meshladder config ${args.join(' ')}\n${told(result)}`);
  });
}

/** Paths of this machine are not part of what is said. */
function told({ stdout, stderr, code }: CliResult): string {
  const plain = Object.entries(FILES).reduce((text, [name, path]) => text.replaceAll(path, name), stderr);
  return `${stdout}${plain === '' ? '' : `--- stderr\n${plain}`}--- exit code ${code}\n`;
}

test('a pod beside its own dump is fine', async () => {
  const { code, stderr } = await runCli(['config', 'clusters', CHECKOUT, '-f', DUMP]);
  assert.deepEqual([code, stderr], [0, '']);
});

test('a dump may come through a pipe', async () => {
  const stdin = gunzipSync(await readFile(DUMP)).toString('utf8');
  const piped = await runCli(['config', 'clusters', '-f', '-'], { stdin });
  assert.deepEqual(piped, await runCli(['config', 'clusters', '-f', DUMP]));
  const twice = await runCli(['config', 'clusters', '-f', '-', '-f', '-'], { stdin });
  assert.equal(twice.code, 2);
});

test('names from a dump steer no terminal', async () => {
  const name = 'outbound|80||a\u001b[31m\nb\u202e.c';
  const stdin = JSON.stringify({ configs: [{ '@type': 'a/envoy.config.cluster.v3.Cluster', name }] });
  const { stdout } = await runCli(['config', 'clusters', '-f', '-'], { stdin });
  assert.equal(lines(stdout)[1], 'a[31m b.c 80 - outbound STATIC');
});
