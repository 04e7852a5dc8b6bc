import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { runProgram } from '../../src/cli/program.ts';
import type { FlagCounts } from '../../src/sinks/report/flag-counts.ts';
import { assertGolden } from '../support/golden.ts';
import { runCli } from '../support/run-cli.ts';
import { runProcess } from '../support/run-process.ts';
import { fixturePath } from '../support/syncz.ts';

const TEXT = 'accesslog/mesh-one-each.text.log';
const JSON_LINES = 'accesslog/mesh-one-each.json.log';
const CRI = 'accesslog/container/ratings-v1-5ffdd8466b-r6d2s.istio-proxy.cri.log';
const BARE = 'accesslog/container/ratings-v1-5ffdd8466b-r6d2s.istio-proxy.log';

const GOLDEN: readonly (readonly [file: string, args: readonly string[]])[] = [
  ['flags-help', ['--help']],
  ['flags-text', [TEXT]],
  ['flags-json', ['-o', 'json', JSON_LINES]],
  ['flags-framed', [CRI]],
  ['flags-top', ['--top', '3', 'accesslog/one-each.text.log']],
  ['flags-several', [TEXT, JSON_LINES]],
  ['flags-one-missing', ['nosuch.log', 'accesslog', 'accesslog/mesh-text/reviews-v1-598b896c9d-p9ltz.istio-proxy.log']],
  ['flags-only-missing', ['-o', 'json', 'nosuch.log']],
  ['flags-no-access-lines', ['istiod/version.json']],
  ['flags-not-that-format', ['--format', 'json', TEXT]],
  ['flags-bad-output', ['-o', 'yaml', TEXT]],
  ['flags-bad-format', ['--format', 'xml', TEXT]],
  ['flags-bad-top', ['--top', 'many', TEXT]],
  ['flags-stdin-twice', ['-', '-']],
];
for (const [name, args] of GOLDEN) {
  test(`meshladder flags ${args.join(' ')}`, async () => {
    const { stdout, stderr, code } = await runProcess(['flags', ...args]);
    const told = stderr === '' ? '' : `--- stderr\n${stderr}`;
    await assertGolden(
      `cli/${name}.txt`,
      `$ meshladder flags ${args.join(' ')}\n${stdout}${told}--- exit code ${code}\n`,
    );
  });
}

async function flagsJson(args: readonly string[], stdin = ''): Promise<FlagCounts> {
  const files = args.map((arg) => (arg.startsWith('accesslog/') ? fixturePath(arg) : arg));
  const { stdout, stderr } = await runCli(['flags', '-o', 'json', ...files], { stdin });
  assert.equal(stderr, '');
  return JSON.parse(stdout) as FlagCounts;
}

/** What a person with `grep`, `sort` and patience finds: flags of lines that are plainly access lines. */
async function patience(file: string): Promise<{ access: number; flags: Record<string, number> }> {
  const text = await readFile(fixturePath(file), 'utf8');
  const fields = text
    .split('\n')
    .map((line) => line.replace(/^\S+Z stdout F /, ''))
    .flatMap((line) => {
      if (line.startsWith('{"') && line.includes('"response_flags"'))
        return [(JSON.parse(line) as { response_flags: string }).response_flags];
      const [, flags] =
        /^\[2026[^\]]*\] "\S+ \S+ \S+" \d+ (\S+) /.exec(line) ??
        /^\[2026[^\]]*\] "- - \S+" \d+ (\S+) /.exec(line) ??
        [];
      return flags === undefined ? [] : [flags];
    });
  const flags: Record<string, number> = {};
  for (const flag of fields.flatMap((field) => field.split(',')))
    if (flag !== '-') flags[flag] = (flags[flag] ?? 0) + 1;
  return { access: fields.length, flags };
}

describe('each flag counts as often as a patient person finds it', () => {
  for (const file of [
    TEXT,
    JSON_LINES,
    CRI,
    BARE,
    'accesslog/one-each.text.log',
    'accesslog/one-each.json.log',
    'accesslog/one-each.envoy-1.40.0.text.log',
    'accesslog/one-each.envoy-1.40.0.json.log',
    'accesslog/four-problems.checkout.access.text.log',
    'accesslog/mesh-json/istio-ingressgateway-6f7d9c8b5a-k3m9p.istio-proxy.log',
    'accesslog/mesh-json/payment-svc-v2-7b9c6d5f4e-m8zrt.istio-proxy.log',
    'accesslog/mesh-text/payment-svc-v2-7b9c6d5f4e-m8zrt.istio-proxy.log',
    'accesslog/mesh-text/ratings-v1-5ffdd8466b-r6d2s.istio-proxy.log',
    'accesslog/mesh-text/reviews-v1-598b896c9d-p9ltz.istio-proxy.log',
  ]) {
    test(file, async () => {
      const [counts, truth] = [await flagsJson([file]), await patience(file)];
      assert.deepEqual(counts.flags, truth.flags);
      assert.equal(counts.lines.access, truth.access);
      assert.equal(counts.lines.unparsed, 0);
      assert.equal(
        counts.series.reduce((sum, { count }) => sum + count, 0),
        truth.access,
      );
    });
  }
});

test('a format that an operator wrote is read as it stands in meshConfig', async () => {
  const format = '%RESPONSE_CODE% %RESPONSE_FLAGS% %UPSTREAM_CLUSTER% "%REQ(USER-AGENT)%"';
  const log = '503 UF,URX outbound|80|v1|cart.shop.svc.cluster.local "a "quoted" one"\n200 - inbound|80|| "curl"\n';
  const counts = await flagsJson(['--format', format, '-'], log);
  assert.deepEqual([counts.lines.access, counts.flags], [2, { UF: 1, URX: 1 }]);
});

test('the JSON has exactly the promised keys, in an order that does not depend on the log', async () => {
  const counts = await flagsJson([TEXT, CRI]);
  assert.deepEqual(Object.keys(counts), ['lines', 'flags', 'series']);
  assert.deepEqual(Object.keys(counts.lines), ['access', 'proxy_log', 'unparsed', 'other']);
  assert.deepEqual(Object.keys(counts.flags), Object.keys(counts.flags).toSorted());
  for (const row of counts.series) {
    assert.deepEqual(Object.keys(row), [
      'direction',
      'destination',
      'subset',
      'route',
      'response_code',
      'flags',
      'count',
    ]);
    assert.deepEqual(row.flags, row.flags.toSorted());
  }
  assert.ok(counts.series.every(({ count }, nth) => nth === 0 || count <= (counts.series[nth - 1]?.count ?? 0)));
  const retried = counts.series.find(
    ({ flags, direction }) => flags.length === 2 && direction === 'outbound' && flags[0] === 'UF',
  );
  assert.deepEqual(retried?.flags, ['UF', 'URX']);
  assert.deepEqual(await flagsJson([CRI, TEXT]), counts);
});

test('text and JSON of the same requests count alike', async () => {
  const { series: text } = await flagsJson(['accesslog/one-each.text.log']);
  const { series: json } = await flagsJson(['accesslog/one-each.json.log']);
  assert.deepEqual(json, text);
});

test('framed and bare, one after the other, are each read as what they are', async () => {
  const [framed, bare, both] = [await flagsJson([CRI]), await flagsJson([BARE]), await flagsJson([CRI, BARE])];
  assert.deepEqual(bare.flags, framed.flags);
  assert.deepEqual(bare.series, framed.series);
  assert.equal(both.lines.access, 2 * framed.lines.access);
});

describe('a log', () => {
  let dir: string;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'meshladder-flags-'));
  });
  after(() => rm(dir, { recursive: true }));

  test('on stdin, named or not, is the same as in a file', async () => {
    const text = await readFile(fixturePath(TEXT), 'utf8');
    const file = await flagsJson([TEXT]);
    assert.deepEqual(await flagsJson([], text), file);
    assert.deepEqual(await flagsJson(['-'], text), file);
    assert.equal((await flagsJson(['-', TEXT], text)).lines.access, 2 * file.lines.access);
  });

  test('without a line break at its end has all its lines', async () => {
    const text = (await readFile(fixturePath(TEXT), 'utf8')).trimEnd();
    assert.deepEqual(await flagsJson([], text), await flagsJson([TEXT]));
  });

  test('with carriage returns is the same', async () => {
    const text = await readFile(fixturePath(TEXT), 'utf8');
    assert.deepEqual(await flagsJson([], text.replaceAll('\n', '\r\n')), await flagsJson([TEXT]));
  });

  test('compressed is the same, whatever its name is', async () => {
    for (const file of [TEXT, CRI]) {
      const packed = join(dir, 'packed');
      // As a kubelet may leave it: several members.
      const bytes = await readFile(fixturePath(file));
      await writeFile(packed, Buffer.concat([gzipSync(bytes.subarray(0, 1_000)), gzipSync(bytes.subarray(1_000))]));
      assert.deepEqual(await flagsJson([packed]), await flagsJson([file]));
    }
  });

  test('compressed and cut off counts up to there, and says so', async () => {
    const bytes = await readFile(fixturePath(CRI));
    const packed = join(dir, '0.log.20261121-031500.gz');
    await writeFile(packed, gzipSync(bytes).subarray(0, 4_000));
    const { stdout, stderr, code } = await runProcess(['flags', '-o', 'json', packed, TEXT]);
    assert.match(stderr, /0\.log\.20261121-031500\.gz: the compressed data is damaged or cut off; counted up to there/);
    assert.equal(code, 2);
    const { lines } = JSON.parse(stdout) as FlagCounts;
    assert.ok(lines.access > 20 && lines.access < 90, String(lines.access));
  });

  test('that is empty has no lines', async () => {
    const empty = join(dir, 'empty.log');
    await writeFile(empty, '');
    assert.deepEqual(await flagsJson([empty]), {
      lines: { access: 0, proxy_log: 0, unparsed: 0, other: 0 },
      flags: {},
      series: [],
    });
  });

  test('with a line too long for anybody says what it dropped, and has the others', async () => {
    const text = await readFile(fixturePath(TEXT), 'utf8');
    const { lines } = await flagsJson([], `${text}${'x'.repeat(3_000_000)}\n${text}`);
    assert.equal(lines.access, 40);
    assert.ok((lines.dropped ?? 0) >= 2);
  });

  test('of a hundred thousand lines keeps to its memory and is done in no time', async () => {
    const text = await readFile(fixturePath(TEXT), 'utf8');
    const big = join(dir, 'big.log');
    await writeFile(big, text.repeat(5_000));
    const { lines, flags } = await flagsJson([big]);
    assert.deepEqual([lines.access, flags['UF']], [100_000, 15_000]);
  });

  test('that is still being written is counted up to Ctrl-C', async () => {
    const stop = new AbortController();
    const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
    const running = runProgram(['flags', '-o', 'json'], { stdin, stdout, stderr, env: {}, signal: stop.signal });
    stdin.write(await readFile(fixturePath(TEXT)));
    const [line = ''] = (await readFile(fixturePath(TEXT), 'utf8')).split('\n');
    stdin.write(line.slice(0, 40), () => setImmediate(() => stop.abort()));
    assert.equal(await running, 130);
    const { lines } = JSON.parse(String(stdout.read())) as FlagCounts;
    assert.deepEqual(lines, { access: 20, proxy_log: 0, unparsed: 0, other: 0 });
  });

  test('on a terminal that nobody types into is asked for, not waited for', async () => {
    const stdin = Object.assign(new PassThrough(), { isTTY: true });
    const stderr = new PassThrough();
    const signal = new AbortController().signal;
    assert.equal(await runProgram(['flags'], { stdin, stdout: new PassThrough(), stderr, env: {}, signal }), 2);
    assert.match(String(stderr.read()), /give access logs as files, or pipe one in/);
  });
});

test('what a line says cannot steer a terminal', async () => {
  const line = JSON.parse((await readFile(fixturePath(JSON_LINES), 'utf8')).split('\n')[0] ?? '') as object;
  const evil = {
    ...line,
    route_name: '\u001b[2J\u0007route\nnext',
    upstream_cluster: 'outbound|80|\u001b[1m|evil\u001b[0m',
  };
  const { stdout } = await runProcess(['flags'], `${JSON.stringify(evil)}\n`);
  assert.doesNotMatch(stdout.replaceAll('\n', ''), /\p{Cc}/u);
  assert.match(stdout, /route�next/);
});
