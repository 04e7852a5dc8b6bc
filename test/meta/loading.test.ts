import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import process from 'node:process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** Says on stderr every module that is loaded from outside the program. */
const SPY = `
import { registerHooks } from 'node:module';
registerHooks({ load(url, context, next) {
  const [, name] = /node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(url) ?? [];
  if (name !== undefined) process.stderr.write('loads ' + name + '\\n');
  return next(url, context);
} });`;

/** The packages a command line loads. */
async function loadedBy(argv: readonly string[], env: Record<string, string> = {}): Promise<ReadonlySet<string>> {
  const spy = `data:text/javascript,${encodeURIComponent(SPY)}`;
  const { stderr } = await run(process.execPath, ['--import', spy, MAIN, ...argv], { env, timeout: 20_000 });
  return new Set([...stderr.matchAll(/^loads (.+)$/gm)].map(([, name = '']) => name));
}

const ENVOY = 'test/fixtures/envoy/healthy';
const HEAVY = ['@kubernetes/client-node', 'express', 'undici', 'ws', 'prom-client', 'node-cron', '@grpc/grpc-js'];

test('the spy sees what is loaded', async () => {
  assert.ok((await loadedBy(['--version'])).has('commander'));
});

const LIGHT: readonly (readonly string[])[] = [
  ['--version'],
  ['--help'],
  ['status', '--help'],
  ['flags', 'test/fixtures/accesslog/one-each.text.log'],
  ['decode', 'UF,URX'],
  ['check-config', '--help'],
  ['authz', '--help'],
  ['analyze', 'test/fixtures/analyze-live/clean-appprotocol/objects.yaml'],
  ['bundle', 'test/fixtures/bundle/bug-report.tar.gz', '--flags'],
  ['config', 'clusters', '-f', `${ENVOY}/checkout-v1-5c7d8e9f6b-qw4rt.payment.envoy.json.gz`],
  [
    'diff',
    ...['--istiod', `${ENVOY}/checkout-v1-5c7d8e9f6b-qw4rt.payment.istiod.json.gz`],
    ...['--envoy', `${ENVOY}/checkout-v1-5c7d8e9f6b-qw4rt.payment.envoy.json.gz`],
  ],
];
for (const argv of LIGHT) {
  test(`${argv.join(' ')} loads nothing it does not use`, async () => {
    const loaded = await loadedBy(argv);
    assert.deepEqual(
      HEAVY.filter((name) => loaded.has(name)),
      [],
    );
  });
}
