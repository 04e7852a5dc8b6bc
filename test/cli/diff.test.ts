import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { CHECKOUT, dumpPath, GATEWAY, PAYMENT, REVIEWS, readDumpJson } from '../support/envoy-dump.ts';
import { assertGolden } from '../support/golden.ts';
import { runCli } from '../support/run-cli.ts';
import { fixturePath } from '../support/syncz.ts';

const NAMES: Readonly<Record<string, string>> = {
  'istiod.json': dumpPath(`healthy/${CHECKOUT}.istiod`),
  'envoy.json': dumpPath(`healthy/${CHECKOUT}.envoy`),
  'stale-istiod.json': dumpPath(`stale/${CHECKOUT}.istiod`),
  'stale-istiod-rds.json': dumpPath(`stale/${CHECKOUT}.istiod-rds`),
  'stale-envoy.json': dumpPath(`stale/${CHECKOUT}.envoy`),
  'nack-istiod.json': dumpPath(`nack/${REVIEWS}.istiod`),
  'nack-envoy.json': dumpPath(`nack/${REVIEWS}.envoy`),
  'no-eds.json': dumpPath(`healthy/${CHECKOUT}.envoy-without-eds`),
  'payment-1.json': dumpPath(`healthy/${PAYMENT}.envoy`),
  'payment-2.json': dumpPath(`stale/${PAYMENT}.envoy`),
  'clusters.json': dumpPath(`healthy/${CHECKOUT}.clusters`),
};

const GOLDEN: readonly (readonly [file: string, ...args: string[]])[] = [
  ['diff-help', 'diff', '--help'],
  ['diff-same', 'diff', '--istiod', 'istiod.json', '--envoy', 'envoy.json'],
  ['diff-stale', 'diff', '--istiod', 'stale-istiod.json', '--envoy', 'stale-envoy.json'],
  ['diff-stale-json', 'diff', '--istiod', 'stale-istiod.json', '--envoy', 'stale-envoy.json', '-o', 'json'],
  ['diff-nack', 'diff', '--istiod', 'nack-istiod.json', '--envoy', 'nack-envoy.json'],
  ['diff-no-endpoints', 'diff', '--istiod', 'istiod.json', '--envoy', 'no-eds.json'],
  ['diff-routes-only', 'diff', '--istiod', 'stale-istiod-rds.json', '--envoy', 'stale-envoy.json'],
  ['diff-one-section', 'diff', '--istiod', 'istiod.json', '--envoy', 'envoy.json', '--section', 'route'],
  ['diff-swapped', 'diff', '--istiod', 'envoy.json', '--envoy', 'istiod.json'],
  ['diff-istiod-twice', 'diff', '--istiod', 'istiod.json', '--envoy', 'istiod.json'],
  ['diff-other-answer', 'diff', '--istiod', 'istiod.json', '--envoy', 'clusters.json'],
  ['diff-nothing', 'diff'],
  ['diff-pod', 'diff', 'cart-1.shop', '--envoy', 'envoy.json'],
  ['diff-bad-section', 'diff', '--istiod', 'istiod.json', '--envoy', 'envoy.json', '--section', 'secrets'],
  ['diff-bad-output', 'diff', '--istiod', 'istiod.json', '--envoy', 'envoy.json', '-o', 'yaml'],
  ['compare-help', 'compare', '--help'],
  ['compare-differ', 'compare', 'payment-1.json', 'payment-2.json'],
  ['compare-same-json', 'compare', 'payment-1.json', 'payment-1.json', '-o', 'json'],
  ['compare-pods', 'compare', 'cart-1.shop', 'cart-2.shop'],
  ['compare-no-file', 'compare', 'payment-1.json', 'nowhere.json'],
  ['compare-istiod', 'compare', 'payment-1.json', 'istiod.json'],
];
for (const [name, ...args] of GOLDEN) {
  test(`meshladder ${args.join(' ')} (${name})`, async () => {
    const { stdout, stderr, code } = await runCli(args.map((arg) => NAMES[arg] ?? arg));
    const told = stderr === '' ? '' : `--- stderr\n${stderr}`;
    const plain = Object.entries(NAMES).reduce((text, [file, path]) => text.replaceAll(path, file), stdout + told);
    await assertGolden(`cli/${name}.txt`, `$ meshladder ${args.join(' ')}\n${plain}--- exit code ${code}\n`);
  });
}

describe('nothing differs in a healthy mesh', () => {
  for (const pod of [CHECKOUT, GATEWAY, PAYMENT]) {
    test(pod, async () => {
      const [istiod, envoy] = [dumpPath(`healthy/${pod}.istiod`), dumpPath(`healthy/${pod}.envoy`)];
      const { stdout, code } = await runCli(['diff', '--istiod', istiod, '--envoy', envoy, '-o', 'json']);
      const { verdict, differences } = JSON.parse(stdout) as { verdict: string; differences: unknown[] };
      assert.deepEqual([code, verdict, differences], [0, 'same', []]);
    });
  }
});

test('what changed is what istioctl says', async () => {
  const recorded = await readFile(fixturePath('istioctl/proxy-status-diff.checkout.stale.txt'), 'utf8');
  const changed = (text: string): readonly string[] =>
    text
      .split('\n')
      .filter((line) => /^[+-] /.test(line))
      .map((line) => line.replaceAll(' ', ''));
  const { stdout } = await runCli([
    'diff',
    '--istiod',
    NAMES['stale-istiod.json'] ?? '',
    '--envoy',
    NAMES['stale-envoy.json'] ?? '',
  ]);
  assert.ok(changed(recorded).length > 0);
  assert.deepEqual(changed(stdout), changed(recorded));
});

test('a dump of which a part cannot be read is not the same', async () => {
  const dump = await readDumpJson(`healthy/${CHECKOUT}.envoy`);
  const section = dump.configs.find((each) => String(each['@type']).endsWith('.ClustersConfigDump'));
  assert.ok(Array.isArray(section?.['static_clusters']));
  section['static_clusters'].push(null);
  const result = await runCli(['diff', '--istiod', NAMES['istiod.json'] ?? '', '--envoy', '-'], {
    stdin: JSON.stringify(dump),
  });
  assert.equal(result.code, 2);
  assert.match(result.stderr, /left out: envoy: an entry of static_clusters has no cluster/);
});

test('what a dump says steers no terminal', async () => {
  const dump = await readDumpJson(`healthy/${CHECKOUT}.envoy`);
  const text = JSON.stringify(dump).replaceAll('"payment-canary"', '"a\u009b31m\u202eb"');
  const { stdout } = await runCli(['diff', '--istiod', NAMES['istiod.json'] ?? '', '--envoy', '-'], { stdin: text });
  assert.match(stdout, /\+\s+"name": "a\\u009b31m\\u202eb"/);
  assert.ok(!stdout.includes('\u009b') && !stdout.includes('\u202e'));
});
