import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { RESPONSE_FLAGS } from '../../src/model/response-flag.ts';
import { assertGolden } from '../support/golden.ts';
import { runCli } from '../support/run-cli.ts';
import { fixturePath } from '../support/syncz.ts';

const TEXT = (await readFile(fixturePath('accesslog/one-each.text.log'), 'utf8')).trim().split('\n');
const JSON_LINES = (await readFile(fixturePath('accesslog/one-each.json.log'), 'utf8')).trim().split('\n');
const CRI = (await readFile(fixturePath('accesslog/container/ratings-v1-5ffdd8466b-r6d2s.istio-proxy.cri.log'), 'utf8'))
  .trim()
  .split('\n');

function lineWith(lines: readonly string[], part: string): string {
  const found = lines.find((line) => line.includes(part));
  assert.ok(found, part);
  return found;
}

const GOLDEN: readonly (readonly [file: string, args: readonly string[], stdin?: string])[] = [
  ['decode-help', ['--help']],
  ['decode-flags', ['UF,URX']],
  ['decode-spoken-names', ['uh', 'NoRouteFound,downstreamconnectiontermination', 'UH']],
  ['decode-confused', ['RL', 'UO']],
  ['decode-details', ['rbac_access_denied_matched_policy', 'via_upstream']],
  ['decode-unknown', ['UF,XY', 'zz']],
  ['decode-json', ['-o', 'json', 'UF', 'XY', 'via_upstream']],
  ['decode-text-line', [], lineWith(TEXT, ' URX,UF ')],
  ['decode-json-line', [], lineWith(JSON_LINES, 'rbac_access_denied_matched_policy')],
  ['decode-framed-line', [], lineWith(CRI, '"UC"')],
  ['decode-tcp-line', [], lineWith(TEXT, 'policy[tcp-deny]')],
  ['decode-lines-json', ['-o', 'json'], [lineWith(TEXT, ' NC '), lineWith(CRI, 'closed since')].join('\n')],
  ['decode-good-line', [], lineWith(TEXT, '"GET /ok/pay?id=')],
  ['decode-own-line', [], lineWith(CRI, 'closed since')],
  ['decode-broken-line', [], '[2026-11-21T02:10:38.204Z] "GET /uh/x HTTP/1.1" 503 UH'],
  ['decode-part-of-a-line', [], '2026-11-21T03:14:41.735709000Z stdout P [2026-11-21T02:10:38.204Z] "GET'],
  ['decode-no-line', [], 'Effective config: something: else'],
  ['decode-nothing', []],
  ['decode-bad-output', ['-o', 'table', 'UF']],
];
for (const [name, args, stdin = ''] of GOLDEN) {
  test(`meshladder decode ${args.join(' ')} (${name})`, async () => {
    const { stdout, stderr, code } = await runCli(['decode', ...args], { stdin });
    const input = stdin === '' ? '' : `${stdin}\n--- decoded\n`;
    const told = stderr === '' ? '' : `--- stderr\n${stderr}`;
    await assertGolden(
      `cli/${name}.txt`,
      `$ meshladder decode ${args.join(' ')}\n${input}${stdout}${told}--- exit code ${code}\n`,
    );
  });
}

test('every flag is explained, by its short and by its long name', async () => {
  for (const { name, longName, meaning } of RESPONSE_FLAGS) {
    const [short, long] = [await runCli(['decode', name.toLowerCase()]), await runCli(['decode', longName])];
    assert.deepEqual(short, long);
    assert.equal(short.code, 0);
    assert.ok(short.stdout.replaceAll('\n  ', ' ').includes(meaning), name);
  }
});

describe('a line', () => {
  test('may be an argument, in any format, and says the same', async () => {
    const text = await runCli(['decode', lineWith(TEXT, '"GET /uh/x ')]);
    assert.equal(text.code, 0);
    const json = await runCli(['decode', lineWith(JSON_LINES, '"path":"/uh/x"')]);
    assert.deepEqual(json, text);
    const framed = await runCli(['decode', `2026-11-21T03:14:41.735709000Z stdout F ${lineWith(TEXT, '"GET /uh/x ')}`]);
    assert.deepEqual(framed, text);
  });

  test('of every kind that was recorded is understood', async () => {
    for (const lines of [TEXT, JSON_LINES]) {
      const { code, stdout, stderr } = await runCli(['decode', '-o', 'json'], { stdin: lines.join('\n') });
      assert.deepEqual([code, stderr], [0, '']);
      assert.equal((JSON.parse(stdout) as { lines: unknown[] }).lines.length, 51);
    }
  });

  test('is told without anything that a client chose', async () => {
    const secrets = ['sekret-path', 'sekret-agent', 'sekret-id', 'sekret.host', '203.0.113.77', 'SEKRET'];
    const line =
      '[2026-11-21T02:10:38.204Z] "SEKRET /sekret-path?token=1 HTTP/1.1" 503 UH no_healthy_upstream - "-" 0 19 0 - ' +
      '"203.0.113.77" "sekret-agent" "sekret-id" "sekret.host:80" "-" outbound|80||a.b.svc.cluster.local - ' +
      '10.0.0.1:80 203.0.113.77:5 - default';
    const json = lineWith(JSON_LINES, '"path":"/uh/x"')
      .replace('"path":"/uh/x"', '"path":"/sekret-path"')
      .replace(/"user_agent":"(?:[^"\\]|\\.)*"/, '"user_agent":"sekret-agent"')
      .replace(/"authority":"[^"]*"/, '"authority":"sekret.host"');
    assert.ok(json.includes('sekret-agent') && json.includes('sekret.host'));
    for (const output of ['text', 'json']) {
      const { code, stdout, stderr } = await runCli(['decode', '-o', output], { stdin: `${line}\n${json}\n` });
      assert.equal(code, 0);
      for (const secret of secrets) assert.ok(!`${stdout}${stderr}`.includes(secret), secret);
    }
  });

  test('that cannot be read is not repeated either', async () => {
    const { code, stdout, stderr } = await runCli(['decode'], { stdin: '[2026-11-21T02:10:38.204Z] "GET /sekret' });
    assert.equal(code, 2);
    assert.ok(!`${stdout}${stderr}`.includes('sekret'));
  });

  test('beside flags: both are explained, each flag once', async () => {
    const { stdout, code } = await runCli(['decode', '-o', 'json', 'UH,NR', lineWith(TEXT, '"GET /uh/x ')]);
    const { flags, lines } = JSON.parse(stdout) as { flags: { flag: string }[]; lines: unknown[] };
    assert.deepEqual([flags.map(({ flag }) => flag), lines.length, code], [['UH', 'NR'], 1, 0]);
  });
});

test('more than a person reads is refused, and says what to use', async () => {
  const { code, stderr } = await runCli(['decode'], { stdin: 'UF\n'.repeat(1_001) });
  assert.equal(code, 2);
  assert.match(stderr, /meshladder flags counts many/);
  const large = await runCli(['decode'], { stdin: 'x'.repeat(2_000_000) });
  assert.equal(large.code, 2);
});

test('no line of the text is wider than a hundred columns', async () => {
  const all = RESPONSE_FLAGS.map(({ name }) => name);
  const { stdout } = await runCli(['decode', all.slice(0, 15).join(','), all.slice(15).join(' ')]);
  assert.deepEqual(
    stdout.split('\n').filter((line) => line.length > 100),
    [],
  );
});

test('a file is refused with what reads it', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'meshladder-decode-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, 'proxy.log');
  await writeFile(file, 'x');
  const { stdout, stderr, code } = await runCli(['decode', file]);
  assert.deepEqual([stdout, code], ['', 2]);
  assert.match(stderr, /^meshladder: \S+proxy\.log is a file: meshladder flags \S+proxy\.log counts what it holds/);
  const missing = await runCli(['decode', join(folder, 'nosuch.log')]);
  assert.doesNotMatch(missing.stderr, /is a file/);
});
