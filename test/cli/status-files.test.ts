import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { assertGolden } from '../support/golden.ts';
import { runProcess } from '../support/run-process.ts';
import { fixturePath } from '../support/syncz.ts';

const HEALTHY = 'istiod/syncz.json';
const STALE = 'syncz/stale-2of9-RDS.json';
const NACK = 'syncz/nack-real-envoy.json';
const TWO = ['syncz/two-istiods.first.json', 'syncz/two-istiods.second.json'];

/** Golden file, and the command line: fixed times, so that ages do not change. */
const GOLDEN: readonly (readonly [file: string, args: readonly string[]])[] = [
  ['status-help', ['--help']],
  ['status-healthy', ['--syncz', HEALTHY, '--at', '2026-11-21T02:25:00Z']],
  ['status-stale', ['--syncz', STALE, '--at', '2026-11-21T02:26:07Z']],
  ['status-nack', ['--syncz', NACK, '--at', '2026-11-21T02:30:00Z']],
  ['status-two-istiods-wide', ['-o', 'wide', '--syncz', ...TWO, '--at', '2026-11-21T02:30:54Z']],
  [
    'status-never-acked-json',
    ['--syncz', 'syncz/nack-never-acked-LDS.json', '-o', 'json', '--at', '2026-11-21T02:17:00Z'],
  ],
  ['status-namespace', ['-n', 'payment', '--syncz', NACK, '--at', '2026-11-21T02:30:00Z']],
  [
    'status-pods',
    [
      'slow-proxy-7f6d5c4b3a-aaaaa.payment',
      'reviews-v2-556d6457d-hn5vc',
      '--syncz',
      NACK,
      '--at',
      '2026-11-21T02:30:00Z',
    ],
  ],
  ['status-filter-finds-nothing', ['-n', 'paymnet', '--syncz', HEALTHY]],
  [
    'status-bad-files',
    [
      '--syncz',
      'nosuch.json',
      'istiod/version.json',
      'istioctl/proxy-status.stale.json',
      '.',
      'syncz/namespace-payment.json',
      '--at',
      '2026-11-21T02:40:00Z',
    ],
  ],
  ['status-only-bad-files', ['-o', 'json', '--syncz', 'nosuch.json']],
  ['status-bad-options', ['--syncz', HEALTHY, '--url', 'http://127.0.0.1:1']],
  ['status-bad-output', ['--syncz', HEALTHY, '-o', 'yaml']],
  ['status-bad-at', ['--syncz', HEALTHY, '--at', 'yesterday']],
  ['status-at-before-the-data', ['--syncz', HEALTHY, '--at', '2026-11-20T00:00:00Z']],
  ['status-bad-url', ['--url', 'istiod:15014']],
  ['status-secret-url', ['--url', 'http://user:secret@127.0.0.1:15014']],
];

for (const [name, args] of GOLDEN) {
  test(`meshladder status ${args.join(' ')}`, async () => {
    const { stdout, stderr, code } = await runProcess(['status', ...args]);
    const told = stderr === '' ? '' : `--- stderr\n${stderr}`;
    await assertGolden(
      `cli/${name}.txt`,
      `$ meshladder status ${args.join(' ')}\n${stdout}${told}--- exit code ${code}\n`,
    );
  });
}

interface Status {
  readonly proxies: readonly {
    readonly namespace: string;
    readonly proxy: string;
    readonly istiod: string;
    readonly state: string;
    readonly types: Record<string, { readonly state: string; readonly since: string | null }>;
  }[];
}

async function statusJson(args: readonly string[], stdin?: string): Promise<Status> {
  const { stdout } = await runProcess(['status', '-o', 'json', ...args], stdin);
  return JSON.parse(stdout) as Status;
}

test('the JSON says of every proxy and type what the recorded istioctl says', async () => {
  const table = await readFile(fixturePath('istioctl/proxy-status-v1.nack.txt'), 'utf8');
  const [head = '', ...lines] = table
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s{2,}/)) as unknown as string[][];
  const { proxies } = await statusJson(['--syncz', NACK]);
  assert.equal(proxies.length, lines.length);
  for (const line of lines) {
    const cells = Object.fromEntries([...head].map((column, nth) => [column, line[nth] ?? '']));
    const proxy = proxies.find((each) => `${each.proxy}.${each.namespace}` === cells['NAME']);
    for (const type of ['cds', 'lds', 'eds', 'rds', 'ecds', 'sds']) {
      const state = (cells[type.toUpperCase()] ?? '').replace(/ \(.*/, '').replace(' ', '_');
      assert.equal(proxy?.types[type]?.state ?? 'IGNORED', state, `${cells['NAME']} ${type}`);
    }
  }
});

test('since is when the message was sent that is acknowledged or waits; null where nothing was', async () => {
  const { proxies } = await statusJson(['--syncz', NACK]);
  const of = (name: string) => proxies.find(({ proxy }) => proxy.startsWith(name))?.types;
  assert.deepEqual(of('fresh-proxy')?.['sds'], { state: 'NOT_SENT', since: null });
  assert.match(of('slow-proxy')?.['cds']?.since ?? '', /^2026-11-21T02:2\d:\d\d\.\d{3}Z$/);
  assert.match(of('checkout')?.['eds']?.since ?? '', /^2026-11-21T02:2\d:\d\d\.\d{3}Z$/);
});

test('several files are several istiods, and so are several answers on stdin, one after the other', async () => {
  const istiods = ({ proxies }: Status) => [...new Set(proxies.map(({ istiod }) => istiod))].sort();
  assert.deepEqual(istiods(await statusJson(['--syncz', ...TWO])), [
    'two-istiods.first.json',
    'two-istiods.second.json',
  ]);
  const texts = await Promise.all(TWO.map((file) => readFile(fixturePath(file), 'utf8')));
  const piped = await statusJson(['--syncz', '-'], texts.join('\n'));
  assert.deepEqual(istiods(piped), ['stdin#1', 'stdin#2']);
  assert.equal(piped.proxies.length, 14);
});

test('one proxy in two files counts once, by its newest connection', async () => {
  const { proxies } = await statusJson(['--syncz', STALE, HEALTHY]);
  assert.equal(proxies.length, 9);
  const checkout = proxies.find(({ proxy }) => proxy.startsWith('checkout'));
  assert.deepEqual([checkout?.istiod, checkout?.state], ['stale-2of9-RDS.json', 'STALE']);
});

test('an empty mesh is no healthy mesh', async () => {
  const { stdout, stderr, code } = await runProcess(['status', '-o', 'json', '--syncz', '-'], '[]');
  assert.deepEqual((JSON.parse(stdout) as Status).proxies, []);
  assert.match(stderr, /no istiod lists any proxy/);
  assert.equal(code, 2);
});

async function folderFor(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'meshladder-syncz-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

test('a gzipped answer is read as it is, whatever its name', async (t) => {
  const packed = gzipSync(await readFile(fixturePath(NACK)));
  const folder = await folderFor(t);
  const whole = join(folder, 'answer.json.gz');
  await writeFile(whole, packed);
  const named = (status: Status) => status.proxies.map(({ proxy, state }) => `${proxy} ${state}`);
  assert.deepEqual(named(await statusJson(['--syncz', whole])), named(await statusJson(['--syncz', NACK])));
});

test('a gzipped answer that is cut off is told by the path that was given', async (t) => {
  const packed = gzipSync(await readFile(fixturePath(NACK)));
  const cut = join(await folderFor(t), 'cut.gz');
  await writeFile(cut, packed.subarray(0, packed.length / 2));
  const { stderr, code } = await runProcess(['status', '--syncz', cut]);
  assert.equal(stderr, `meshladder: ${cut}: the compressed data is damaged or cut off\n`);
  assert.equal(code, 2);
});
