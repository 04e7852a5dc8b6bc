import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { runExporter } from '../../src/app.ts';
import { loadConfig } from '../../src/config/load.ts';
import { makeCertificate } from '../../src/demo/tls/certificate.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { ask } from '../support/ask.ts';
import { recordLog } from '../support/record-log.ts';
import { until } from '../support/until.ts';

async function run(t: TestContext, env: Readonly<Record<string, string>>) {
  const loaded = await loadConfig({
    env: {
      MESHLADDER_WEB_LISTEN_ADDRESS: '127.0.0.1:0',
      MESHLADDER_ROLE: 'agent',
      MESHLADDER_ACCESS_LOG_ROOT: '/nowhere',
      ...env,
    },
    flags: [],
    families: [],
  });
  assert.ok(loaded.ok, JSON.stringify(loaded));
  const log = recordLog();
  const stop = new AbortController();
  const { promise: address, resolve: onListening } = Promise.withResolvers<string>();
  const build = { version: '1', revision: '', nodeVersion: '24' };
  const options = { config: loaded.config, env: {}, log, clock: systemClock, build, onListening };
  const ended = runExporter(options, stop.signal);
  t.after(async () => {
    stop.abort();
    await ended.catch(() => {});
  });
  return { address: await Promise.race([address, ended.then(() => assert.fail('it ended'))]), log };
}

test('an address of their own answers probes, and nothing else', async (t) => {
  const { address, log } = await run(t, { MESHLADDER_WEB_PROBE_ADDRESS: '127.0.0.1:0' });
  const probes = String(log.lines.find(({ message }) => message === 'answering probes')?.fields['probes']);
  assert.notEqual(probes, address);
  for (const path of ['/-/healthy', '/livez', '/healthz']) assert.equal((await ask(probes, path)).status, 200, path);
  assert.notEqual((await ask(probes, '/-/ready')).status, 404);
  for (const path of ['/', '/metrics', '/api/v1/status']) assert.equal((await ask(probes, path)).status, 404, path);
  assert.equal((await ask(address, '/metrics')).status, 200);
});

test('where the address of probes cannot be had, nothing is served at all', async (t) => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  t.after(() => other.close());
  const { port } = other.address() as { readonly port: number };
  await assert.rejects(run(t, { MESHLADDER_WEB_PROBE_ADDRESS: `127.0.0.1:${port}` }), {
    name: 'StartError',
    message: `127.0.0.1:${port} is taken by another program; stop it, or choose another with web.probeAddress`,
  });
});

const TRUSTED = makeCertificate('prometheus', undefined, ['spiffe://mesh/prometheus']);
const SERVER = makeCertificate('server');

test('a mistake that turns everybody away at the handshake is mended without a restart', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'meshladder-web-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const write = (words: string, name: string) => writeFile(join(folder, name), words);
  const webConfig = (san: string): string =>
    `tls_server_config: {cert_file: tls.crt, key_file: tls.key, client_ca_file: ca.crt,
      client_auth_type: RequireAndVerifyClientCert, client_allowed_sans: ["${san}"]}\n`;
  await Promise.all([
    write(SERVER.cert, 'tls.crt'),
    write(SERVER.key, 'tls.key'),
    write(TRUSTED.cert, 'ca.crt'),
    write(webConfig('spiffe://mesh/prometheus'), 'web.yml'),
  ]);
  const { address } = await run(t, { MESHLADDER_WEB_CONFIG_FILE: join(folder, 'web.yml') });
  const { cert, key } = TRUSTED;
  const status = async () =>
    (await ask(address, '/metrics', { ca: SERVER.cert, cert, key }).catch(() => undefined))?.status;
  const becomes = (wanted: number | undefined, what: string) =>
    until(status, (told) => told === wanted, what, { everyMs: 50 });
  await becomes(200, 'the right certificate is let in');
  await write(webConfig('spiffe://mesh/promehteus'), 'web.yml');
  await becomes(undefined, 'the name with a typo lets nobody in');
  await write(webConfig('spiffe://mesh/prometheus'), 'web.yml');
  await becomes(200, 'the mended name lets in again');
  await write(makeCertificate('another').cert, 'ca.crt');
  await becomes(undefined, 'the wrong authority lets nobody in');
  await write(TRUSTED.cert, 'ca.crt');
  await becomes(200, 'the mended authority lets in again');
});
