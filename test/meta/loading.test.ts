import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { makeCertificate } from '../../src/demo/tls/certificate.ts';
import { json, startIstiodServer, text } from '../support/istiod-server.ts';
import { ofEveryProcess } from '../support/run-process.ts';
import { until } from '../support/until.ts';

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
  const { stderr } = await run(process.execPath, ['--import', spy, MAIN, ...argv], {
    env: { ...ofEveryProcess(), ...env },
    timeout: 200_000,
  });
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

/** The packages that a running exporter has loaded when it has polled. */
async function loadedWhileServing(
  t: TestContext,
  env: Readonly<Record<string, string>>,
  polled: (said: string) => boolean,
): Promise<ReadonlySet<string>> {
  const spy = `data:text/javascript,${encodeURIComponent(SPY)}`;
  const argv = ['--import', spy, MAIN, 'serve', '--web.listen-address', '127.0.0.1:0'];
  const child = spawn(process.execPath, argv, {
    env: { ...ofEveryProcess(), ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(child, 'exit');
  t.after(async () => child.kill('SIGKILL') && (await ended));
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += String(chunk);
  });
  const ready = (): boolean => child.exitCode === null && said.includes('msg=listening') && polled(said);
  await until(ready, (is) => is || child.exitCode !== null, 'it serves and has polled', { withinMs: 40_000 });
  assert.match(said, /msg=listening/);
  child.kill('SIGTERM');
  await ended;
  return new Set([...said.matchAll(/^loads (.+)$/gm)].map(([, name = '']) => name));
}

test('an agent loads nothing that only others use', { timeout: 200_000 }, async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'meshladder-pods-'));
  t.after(() => rm(root, { recursive: true }));
  const env = { MESHLADDER_ROLE: 'agent', MESHLADDER_ACCESS_LOG_ROOT: root };
  const loaded = await loadedWhileServing(t, env, () => true);
  const others = ['@kubernetes/client-node', 'express', 'undici', 'ws', '@grpc/grpc-js', '@bufbuild/protobuf'];
  assert.deepEqual(
    others.filter((name) => loaded.has(name)),
    [],
  );
});

test('gRPC is loaded with the first question over xDS, and not where HTTP does', { timeout: 200_000 }, async (t) => {
  const istiod = await startIstiodServer({ '/debug/syncz': json([]) });
  const folder = await mkdtemp(join(tmpdir(), 'meshladder-ca-'));
  t.after(() => Promise.all([istiod.stop(), rm(folder, { recursive: true })]));
  const caFile = join(folder, 'root-cert.pem');
  await writeFile(caFile, makeCertificate('mesh CA').cert);
  const env = {
    MESHLADDER_ACCESS_LOG_MODE: 'off',
    MESHLADDER_KUBERNETES_MODE: 'off',
    MESHLADDER_ISTIOD_DISCOVERY: 'static',
    MESHLADDER_ISTIOD_URLS: istiod.url,
    MESHLADDER_ISTIOD_CA_FILE: caFile,
    MESHLADDER_ISTIOD_INTERVAL: '200ms',
    MESHLADDER_ISTIOD_FAST_INTERVAL: '200ms',
  };
  const polls = () => istiod.seen.filter(({ path }) => path === '/debug/syncz').length;
  const byHttp = await loadedWhileServing(t, env, () => polls() >= 2);
  assert.deepEqual([byHttp.has('undici'), byHttp.has('@grpc/grpc-js')], [true, false]);
  istiod.on('/debug/syncz', text('', 404));
  const loads = (said: string): boolean => said.includes('loads @grpc/grpc-js\n');
  assert.ok((await loadedWhileServing(t, env, loads)).has('@grpc/grpc-js'));
});
