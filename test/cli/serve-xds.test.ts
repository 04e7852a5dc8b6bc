import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { clientConfigBytes } from '../../src/demo/istiod/xds-wire.ts';
import { readRecordedStatus } from '../support/client-config.ts';
import { type IstiodServer, startIstiodServer, text } from '../support/istiod-server.ts';
import { ofEveryProcess } from '../support/run-process.ts';
import { fixturePath } from '../support/syncz.ts';
import { until } from '../support/until.ts';
import { clientConfigs, DEBUG, debugBody, STATUS, startXdsServer } from '../support/xds-server.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const HEALTHY = await readFile(fixturePath('istiod/syncz.json'), 'utf8');
const TOKEN = 'a.secret.token';

interface Status {
  readonly istiods: readonly {
    readonly access: string;
    readonly http_error: string | null;
    readonly state: string;
    readonly version: string | null;
    readonly proxies: number | null;
  }[];
}

interface Served {
  readonly lines: readonly string[];
  ask(path: string): Promise<string>;
  /** Asks for the status until an istiod is in this state. */
  until(state: string): Promise<Status['istiods'][number]>;
}

/** Starts the real program beside istiods; it ends with the test. */
async function serve(t: TestContext, env: Readonly<Record<string, string>>): Promise<Served> {
  const child = spawn(process.execPath, [MAIN, 'serve', '--web.listen-address', '127.0.0.1:0'], {
    env: {
      ...ofEveryProcess(),
      MESHLADDER_ACCESS_LOG_MODE: 'off',
      MESHLADDER_KUBERNETES_MODE: 'off',
      MESHLADDER_ISTIOD_DISCOVERY: 'static',
      MESHLADDER_ISTIOD_INTERVAL: '200ms',
      MESHLADDER_ISTIOD_FAST_INTERVAL: '200ms',
      ...env,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(child, 'exit');
  t.after(async () => child.kill('SIGKILL') && (await ended));
  const lines: string[] = [];
  const { promise: listening, resolve } = Promise.withResolvers<string>();
  createInterface({ input: child.stderr }).on('line', (line) => {
    lines.push(line);
    const [, address] = /msg=listening address="?([^ "]+)/.exec(line) ?? [];
    if (address !== undefined) resolve(address);
  });
  const address = await Promise.race([listening, ended.then(() => assert.fail(`it ended: ${lines.join('\n')}`))]);
  const ask = async (path: string): Promise<string> => (await fetch(`http://${address}${path}`)).text();
  return {
    lines,
    ask,
    async until(state) {
      const first = async () => (JSON.parse(await ask('/api/v1/status')) as Status).istiods?.[0];
      const found = await until(first, (istiod) => istiod?.state === state, `an istiod is ${state}`, { everyMs: 100 });
      return found ?? assert.fail();
    },
  };
}

/** An istiod without a debug port, and what the exporter needs to ask it over xDS. */
async function istiodWithoutDebugPort(t: TestContext, token = TOKEN) {
  const folder = await mkdtemp(join(tmpdir(), 'meshladder-xds-'));
  t.after(() => rm(folder, { recursive: true }));
  const http = await startIstiodServer({ '/version': text('1.30.3') });
  t.after(() => http.stop());
  const [recorded] = await readRecordedStatus('proxy-status.healthy.json');
  assert.ok(recorded !== undefined);
  const xds = await startXdsServer({
    token,
    answers: {
      [DEBUG]: debugBody('404 page not found\n'),
      [STATUS]: clientConfigs(recorded.resources.map(clientConfigBytes), recorded.controlPlane.identifier),
    },
  });
  t.after(() => xds.stop());
  await writeFile(join(folder, 'ca.pem'), xds.ca.cert);
  await writeFile(join(folder, 'token'), TOKEN);
  const env = {
    MESHLADDER_ISTIOD_URLS: http.url,
    MESHLADDER_ISTIOD_XDS_PORT: String(xds.port),
    MESHLADDER_ISTIOD_CA_FILE: join(folder, 'ca.pem'),
    MESHLADDER_ISTIOD_TOKEN_FILE: join(folder, 'token'),
  };
  return { http, xds, env };
}

/** How often its debug port was asked. */
function debugPolls({ seen }: IstiodServer): number {
  return seen.filter(({ path }) => path === '/debug/syncz').length;
}

test('where the debug port of istiod is off, its proxies are read over xDS, and it says so', {
  timeout: 200_000,
}, async (t) => {
  const { xds, env, http } = await istiodWithoutDebugPort(t);
  const served = await serve(t, env);
  const istiod = await served.until('ok');
  assert.deepEqual([istiod.access, istiod.version, istiod.proxies], ['xds', '1.30.3', 9]);
  assert.match(istiod.http_error ?? '', /ENABLE_DEBUG_ON_HTTP=false/);
  const proxies = JSON.parse(await served.ask('/api/v1/proxies')) as { readonly proxies: readonly object[] };
  assert.equal(proxies.proxies.length, 9);
  const metrics = await served.ask('/metrics');
  assert.match(metrics, /^meshladder_istiod_info\{.*istio_version="1\.30\.3",access="xds"\} 1$/m);
  assert.match(metrics, /^meshladder_istiod_poll_state\{.*state="ok"\} 1$/m);
  assert.match(metrics, /^meshladder_istiod_proxies\{.*state="SYNCED"\} 9$/m);
  const asked = xds.streams();
  while (xds.streams() < asked + 4) await sleep(50);
  assert.equal(served.lines.filter((line) => line.includes('istiod is asked over xDS')).length, 1);
  assert.equal(debugPolls(http), 1, 'the debug port is not tried each time');
  assert.ok(served.lines.every((line) => !line.includes(TOKEN)));
});

test('where xDS is denied too, the reason is told, with both', { timeout: 200_000 }, async (t) => {
  const { env, http } = await istiodWithoutDebugPort(t, 'another.good.token');
  const served = await serve(t, env);
  await served.until('denied');
  const status = await served.ask('/api/v1/status');
  assert.match(
    status,
    /does not accept the token; its audience must be istio-ca.*nor over HTTP: .*ENABLE_DEBUG_ON_HTTP/,
  );
  assert.match(await served.ask('/metrics'), /^meshladder_istiod_poll_state\{.*state="denied"\} 1$/m);
  // xDS is tried again in a minute only: it is its debug port that tells of polls.
  const polls = debugPolls(http);
  while (debugPolls(http) < polls + 4) await sleep(50);
  assert.equal(served.lines.filter((line) => line.includes('istiod cannot be asked')).length, 1);
  assert.ok(served.lines.every((line) => !line.includes(TOKEN)));
});

test('with access xds the debug port is left alone', { timeout: 200_000 }, async (t) => {
  const { env, xds, http } = await istiodWithoutDebugPort(t);
  xds.on(DEBUG, debugBody(HEALTHY));
  const served = await serve(t, { ...env, MESHLADDER_ISTIOD_ACCESS: 'xds' });
  const istiod = await served.until('ok');
  assert.deepEqual([istiod.access, istiod.http_error, istiod.version, istiod.proxies], ['xds', null, '1.30.3', 9]);
  assert.deepEqual(http.seen, []);
});
