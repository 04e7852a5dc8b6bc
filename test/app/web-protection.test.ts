import assert from 'node:assert/strict';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { PeerCertificate } from 'node:tls';
import { hashSync } from 'bcryptjs';
import { createWebProtection } from '../../src/app/web-protection.ts';
import type { Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { EpochSeconds } from '../../src/model/brand.ts';
import type { Route } from '../../src/sinks/http/answer.ts';
import { createDispatch } from '../../src/sinks/http/dispatch.ts';
import { createExpressHandler } from '../../src/sinks/http/express-handler.ts';
import { createPlainHandler } from '../../src/sinks/http/plain-handler.ts';
import { startServer } from '../../src/sinks/http/server.ts';
import { createSelfMetrics } from '../../src/sinks/metrics/self-metrics.ts';
import { ask, basic } from '../support/ask.ts';
import { makeCertificate } from '../support/certificate.ts';
import { createHandScheduler } from '../support/hand-scheduler.ts';
import { recordLog } from '../support/record-log.ts';
import { startTokenServer } from '../support/token-server.ts';

const ALICE = `basic_auth_users: {alice: "${hashSync('a', 4)}"}\n`;
const BOB = `basic_auth_users: {bob: "${hashSync('b', 4)}"}\n`;
const text =
  (body: string): Route['answer'] =>
  () => ({ status: 200, type: 'text/plain', body });
const ROUTES: readonly Route[] = [
  { path: '/', answer: text('page') },
  { path: '/metrics', answer: text('metrics') },
  { path: '/api/v1/status', answer: text('{}') },
  { path: '/-/healthy', answer: text('healthy') },
];

interface Asked {
  readonly web?: Partial<Config['web']>;
  readonly kubernetes?: Partial<Config['kubernetes']>;
  readonly webConfig?: string;
  readonly routed?: typeof createPlainHandler;
}

/** A server as `serve` has it, with a clock that stands until it is moved. */
async function protect(t: TestContext, asked: Asked = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'meshladder-web-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'web.yml');
  if (asked.webConfig !== undefined) await writeFile(file, asked.webConfig);
  const loaded = await loadConfig({ env: {}, flags: [], families: [] });
  assert.ok(loaded.ok);
  const config: Config = {
    ...loaded.config,
    kubernetes: { ...loaded.config.kubernetes, ...asked.kubernetes },
    web: { ...loaded.config.web, ...asked.web, ...(asked.webConfig !== undefined && { configFile: file }) },
  };
  let nowMs = 1000;
  const clock = { now: () => (nowMs / 1000) as EpochSeconds, monotonicMs: () => nowMs };
  const rounds = createHandScheduler();
  const log = recordLog();
  const self = createSelfMetrics({ version: '1', revision: '', nodeVersion: '24' }, 'Kubernetes', []);
  const protection = await createWebProtection({ config, env: {}, self, log, clock });
  const dispatch = createDispatch(log, { headers: protection.headers });
  const handler = protection.guard((asked.routed ?? createPlainHandler)(ROUTES, dispatch), dispatch, ROUTES);
  const { tls } = protection;
  const server = await startServer(handler, { host: '127.0.0.1', port: 0, ...(tls && { tls }) });
  protection.onTls(server.renewTls);
  const stop = new AbortController();
  const tasks = protection.tasks(rounds.scheduler).map(({ run }) => run(stop.signal));
  t.after(async () => {
    stop.abort();
    await Promise.all([...tasks, server.close(0), protection.close()]);
  });
  const later = async (): Promise<void> => {
    nowMs += 1000;
    await rounds.round();
  };
  return {
    folder,
    log,
    address: server.address,
    /** When the scheduler has had its next round. */
    later,
    /** As editors and kubelets do: another file takes the name. */
    write: async (words: string, name = 'web.yml') => {
      await writeFile(join(folder, 'new'), words);
      await rename(join(folder, 'new'), join(folder, name));
      await await later();
    },
    metric: async (name: string) =>
      (await self.text())
        .split('\n')
        .filter((line) => line.startsWith(name))
        .map((line) => line.replace(/mesh_cluster="Kubernetes",?/, '').replace('{}', '')),
  };
}

test('without a web configuration everybody is answered', async (t) => {
  const { address, metric } = await protect(t);
  for (const { path } of ROUTES) assert.equal((await ask(address, path)).status, 200);
  assert.deepEqual(await metric('meshladder_web_config'), []);
});

const GUARDED: readonly (readonly [path: string, headers: Record<string, string>, status: number])[] = [
  ['/metrics', {}, 401],
  ['/', {}, 401],
  ['/nowhere', {}, 401],
  ['/metrics', basic('alice', 'a'), 200],
  ['/nowhere', basic('alice', 'a'), 404],
  ['/metrics', basic('alice', 'x'), 401],
  ['/metrics', basic('bob', 'b'), 401],
  ['/metrics', { authorization: 'Bearer something' }, 401],
  ['/metrics', { authorization: 'basic' }, 401],
  ['/-/healthy', {}, 200],
  ['/-/healthy?verbose', {}, 200],
  ['/-/healthy/', {}, 401],
  ['/-/healthy/../../metrics', {}, 401],
];
for (const [name, routed] of Object.entries({ express: createExpressHandler, plain: createPlainHandler })) {
  test(`with passwords, all but probes is behind them (${name})`, async (t) => {
    const { address } = await protect(t, { webConfig: ALICE, routed });
    for (const [path, headers, status] of GUARDED) {
      const told = await ask(address, path, { headers });
      assert.equal(told.status, status, `${path} ${JSON.stringify(headers)}`);
      if (status === 401) assert.equal(told.headers['www-authenticate'], 'Basic realm="meshladder"');
      assert.equal(told.headers['x-content-type-options'], 'nosniff');
      assert.equal(told.headers['x-frame-options'], 'DENY');
    }
  });

  test(`no other way to write a path comes round them (${name})`, async (t) => {
    const { address } = await protect(t, { webConfig: ALICE, routed });
    const TARGETS = [
      'http://x/metrics',
      '//metrics',
      '/-/healthy#/../metrics',
      '/%6detrics',
      '/metrics%00',
      'http://x/-/healthy',
      '/metrics/-/healthy',
    ];
    for (const target of TARGETS) {
      const said = await raw(address, `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      assert.match(said, /^HTTP\/1\.1 (401|400) /, target);
      assert.doesNotMatch(said, /\r\n\r\nmetrics/);
    }
  });
}

test('probes are guarded where that is asked for', async (t) => {
  const { address } = await protect(t, { webConfig: ALICE, web: { probes: 'guarded' } });
  assert.equal((await ask(address, '/-/healthy')).status, 401);
  assert.equal((await ask(address, '/-/healthy', { headers: basic('alice', 'a') })).status, 200);
});

test('users are read anew when the file changes; a broken file leaves those before, and is told of once', async (t) => {
  const { address, write, later, log, metric } = await protect(t, { webConfig: ALICE });
  const statusOf = async (user: string, password: string) =>
    (await ask(address, '/metrics', { headers: basic(user, password) })).status;
  await write(BOB);
  assert.deepEqual([await statusOf('alice', 'a'), await statusOf('bob', 'b')], [401, 200]);
  assert.deepEqual(await metric('meshladder_web_config_last_reload'), [
    'meshladder_web_config_last_reload_successful 1',
    'meshladder_web_config_last_reload_success_timestamp_seconds 2',
  ]);
  await write('basic_auth_users: {bob: plain}\n');
  for (let nth = 0; nth < 3; nth++) {
    await later();
    assert.equal(await statusOf('bob', 'b'), 200);
  }
  assert.deepEqual(await metric('meshladder_web_config_last_reload'), [
    'meshladder_web_config_last_reload_successful 0',
    'meshladder_web_config_last_reload_success_timestamp_seconds 2',
  ]);
  const warnings = log.lines.filter(({ level }) => level === 'warn');
  assert.equal(warnings.length, 1);
  assert.match(String(warnings[0]?.fields['problems']), /web\.yml:1: basic_auth_users\.bob: is no bcrypt hash/);
  await write(ALICE);
  assert.deepEqual([await statusOf('alice', 'a'), await statusOf('bob', 'b')], [200, 401]);
  assert.match((await metric('meshladder_web_config_last_reload_successful')).join(), / 1$/);
});

test('a file that is empty, for a moment or by mistake, lets nobody in', async (t) => {
  const { address, write, log } = await protect(t, { webConfig: ALICE });
  await write('');
  assert.equal((await ask(address, '/metrics')).status, 401);
  assert.equal((await ask(address, '/metrics', { headers: basic('alice', 'a') })).status, 200);
  assert.match(String(log.lines.at(-1)?.fields['problems']), /passwords are not switched off while the server runs/);
});

const CLIENTS = makeCertificate('clients');
const SERVER = makeCertificate('server');
const policy = (clientAuth: string, names?: readonly string[]): string =>
  `client_auth_type: ${clientAuth}${names === undefined ? '' : `, client_allowed_sans: [${names.join(', ')}]`}`;
const STRONGEST = 'RequireAndVerifyClientCert';
const CHANGES: readonly (readonly [before: string, after: string, refusal: RegExp | undefined])[] = [
  [policy(STRONGEST), policy('RequireAnyClientCert'), /stay verified .* restart/],
  [policy(STRONGEST), policy('VerifyClientCertIfGiven'), /stay demanded .* restart/],
  [policy('RequireAnyClientCert'), policy('VerifyClientCertIfGiven'), /stay demanded .* restart/],
  [policy('VerifyClientCertIfGiven'), policy('RequireAnyClientCert'), /stay verified .* restart/],
  [policy('VerifyClientCertIfGiven'), policy('RequestClientCert'), /stay verified .* restart/],
  [policy('VerifyClientCertIfGiven'), policy(STRONGEST), undefined],
  [policy('RequestClientCert'), policy('RequireAnyClientCert'), undefined],
  [policy(STRONGEST, ['a']), policy(STRONGEST), /client_allowed_sans .* restart/],
  [policy(STRONGEST, ['a']), policy(STRONGEST, ['a', 'b']), /client_allowed_sans .* restart/],
  [policy(STRONGEST, ['a']), policy(STRONGEST, ['b', 'c']), /client_allowed_sans .* restart/],
  [policy(STRONGEST, ['a', 'b']), policy(STRONGEST, ['b']), undefined],
  [policy(STRONGEST, ['promehteus']), policy(STRONGEST, ['prometheus']), undefined],
  [policy(STRONGEST), policy(STRONGEST, ['a', 'b']), undefined],
];
for (const [before, after, refusal] of CHANGES) {
  test(`while it runs, from ${before} to ${after}: ${refusal === undefined ? 'taken' : 'refused'}`, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'meshladder-policy-'));
    t.after(() => rm(folder, { recursive: true, force: true }));
    const files = { 'tls.crt': SERVER.cert, 'tls.key': SERVER.key, 'ca.crt': CLIENTS.cert };
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
    const file = (asked: string): string =>
      `tls_server_config: {cert_file: ${folder}/tls.crt, key_file: ${folder}/tls.key, client_ca_file: ${folder}/ca.crt, ${asked}}\n`;
    const { write, log, metric } = await protect(t, { webConfig: file(before) });
    await write(file(after));
    const isTaken = refusal === undefined ? / 1$/ : / 0$/;
    assert.match((await metric('meshladder_web_config_last_reload_successful')).join(), isTaken);
    if (refusal !== undefined) assert.match(String(log.lines.at(-1)?.fields['problems']), refusal);
  });
}

test('a file that goes leaves what was before', async (t) => {
  const { address, folder, later, metric } = await protect(t, { webConfig: ALICE });
  await rm(join(folder, 'web.yml'));
  await later();
  assert.equal((await ask(address, '/metrics')).status, 401);
  assert.equal((await ask(address, '/metrics', { headers: basic('alice', 'a') })).status, 200);
  assert.match((await metric('meshladder_web_config_last_reload_successful')).join(), / 0$/);
});

test('certificates are renewed without a restart; TLS is not switched off by a file', async (t) => {
  const ca = makeCertificate('ca');
  const first = makeCertificate('first', ca);
  const folder = await mkdtemp(join(tmpdir(), 'meshladder-pair-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const pair = async (made: typeof first) => {
    await writeFile(join(folder, 'tls.crt'), made.cert);
    await writeFile(join(folder, 'tls.key'), made.key);
  };
  await pair(first);
  const webConfig = `tls_server_config: {cert_file: ${folder}/tls.crt, key_file: ${folder}/tls.key}\n`;
  const { address, later, write, metric, log } = await protect(t, { webConfig });
  const shown = async (): Promise<string> => {
    let name = '';
    const checkServerIdentity = (_host: string, { subject }: PeerCertificate) => {
      name = String(subject.CN);
      return undefined;
    };
    assert.equal((await ask(address, '/metrics', { ca: ca.cert, checkServerIdentity })).status, 200);
    return name;
  };
  assert.equal(await shown(), 'first');
  await pair(makeCertificate('second', ca));
  await later();
  assert.equal(await shown(), 'second');
  await writeFile(join(folder, 'tls.key'), first.key);
  await later();
  assert.equal(await shown(), 'second');
  assert.match((await metric('meshladder_web_config_last_reload_successful')).join(), / 0$/);
  await write(ALICE);
  assert.match(String(log.lines.at(-1)?.fields['problems']), /TLS is not switched on or off while the server runs/);
});

test('headers of the file take the place of ours', async (t) => {
  const webConfig =
    'http_server_config: {headers: {X-Frame-Options: sameorigin, Strict-Transport-Security: max-age=1}}\n';
  const { address } = await protect(t, { webConfig });
  const { headers } = await ask(address, '/metrics');
  assert.equal(headers['x-frame-options'], 'sameorigin');
  assert.equal(headers['strict-transport-security'], 'max-age=1');
  assert.equal(headers['x-content-type-options'], 'nosniff');
});

test('the rate limit of the file holds all together, ours each client; probes are not counted', async (t) => {
  for (const asked of [{ webConfig: 'rate_limit: {interval: 1h, burst: 4}\n' }, { web: { requestsPerSecond: 1 } }]) {
    const { address, metric } = await protect(t, asked);
    const statuses: (number | undefined)[] = [];
    for (let nth = 0; nth < 6; nth++) statuses.push((await ask(address, '/metrics')).status);
    assert.deepEqual(statuses, [200, 200, 200, 200, 429, 429]);
    assert.equal((await ask(address, '/-/healthy')).status, 200);
    assert.deepEqual(await metric('meshladder_http_requests_refused_total'), [
      'meshladder_http_requests_refused_total{reason="unauthenticated"} 0',
      'meshladder_http_requests_refused_total{reason="forbidden"} 0',
      'meshladder_http_requests_refused_total{reason="rate_limited"} 2',
      'meshladder_http_requests_refused_total{reason="overloaded"} 0',
      'meshladder_http_requests_refused_total{reason="check_busy"} 0',
      'meshladder_http_requests_refused_total{reason="check_failed"} 0',
    ]);
  }
});

test('a web configuration that cannot be taken at the start is why there is none', async (t) => {
  await assert.rejects(protect(t, { webConfig: 'basic_auth_user: {}' }), {
    name: 'StartError',
    message: /^the web configuration cannot be taken:\n {2}.*web\.yml:1: basic_auth_user: unknown key; did you mean/,
  });
});

const METRICS_ONLY = { username: 'system:serviceaccount:monitoring:prometheus', paths: ['/metrics'] };

async function withTokens(t: TestContext, asked: Asked = {}) {
  const api = await startTokenServer({
    scrape: METRICS_ONLY,
    person: { username: 'alice', paths: ['/', '/metrics', '/api/v1/status'], audiences: ['meshladder'] },
  });
  t.after(() => api.stop());
  const folder = await mkdtemp(join(tmpdir(), 'meshladder-kubeconfig-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const kubeconfig = join(folder, 'config');
  await writeFile(
    kubeconfig,
    JSON.stringify({
      'current-context': 'x',
      contexts: [{ name: 'x', context: { cluster: 'x', user: 'x' } }],
      clusters: [{ name: 'x', cluster: { server: api.url } }],
      users: [{ name: 'x', user: { token: 'ours' } }],
    }),
  );
  const web = { auth: 'kubernetes' as const, ...asked.web };
  return { api, ...(await protect(t, { ...asked, web, kubernetes: { mode: 'kubeconfig', kubeconfig } })) };
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

test('tokens: known and allowed is answered, known is not enough, unknown is asked who they are', async (t) => {
  const { address, api, metric } = await withTokens(t);
  const CASES: readonly (readonly [path: string, headers: Record<string, string>, status: number])[] = [
    ['/metrics', {}, 401],
    ['/metrics', bearer('made-up'), 401],
    ['/metrics', bearer('scrape'), 200],
    ['/metrics?x=1', bearer('scrape'), 200],
    ['/', bearer('scrape'), 403],
    ['/api/v1/status', bearer('scrape'), 403],
    ['/nowhere', bearer('scrape'), 404],
    ['/nowhere', bearer('made-up'), 401],
    ['/-/healthy', {}, 200],
    ['/metrics', basic('alice', 'a'), 401],
  ];
  for (const [path, headers, status] of CASES) {
    const told = await ask(address, path, { headers });
    assert.equal(told.status, status, `${path} ${JSON.stringify(headers)}`);
    if (status === 401) assert.equal(told.headers['www-authenticate'], 'Bearer');
  }
  assert.deepEqual(
    api.asked.map(({ body }) => (body as { spec: object }).spec),
    [
      { token: 'made-up' },
      { token: 'scrape' },
      ...['/metrics', '/', '/api/v1/status'].map((path) => ({
        user: METRICS_ONLY.username,
        groups: ['system:authenticated'],
        nonResourceAttributes: { path, verb: 'get' },
      })),
    ],
  );
  assert.deepEqual(await metric('meshladder_http_requests_refused_total'), [
    'meshladder_http_requests_refused_total{reason="unauthenticated"} 4',
    'meshladder_http_requests_refused_total{reason="forbidden"} 2',
    'meshladder_http_requests_refused_total{reason="rate_limited"} 0',
    'meshladder_http_requests_refused_total{reason="overloaded"} 0',
    'meshladder_http_requests_refused_total{reason="check_busy"} 0',
    'meshladder_http_requests_refused_total{reason="check_failed"} 0',
  ]);
});

test('a token has to be made for one of the audiences, where there are some', async (t) => {
  const { address } = await withTokens(t, { web: { authAudiences: ['meshladder'] } });
  assert.equal((await ask(address, '/', { headers: bearer('person') })).status, 200);
  assert.equal((await ask(address, '/metrics', { headers: bearer('scrape') })).status, 401);
});

test('while the API server fails, nobody new gets in, and the log says why without the token', async (t) => {
  const { address, api, log, metric } = await withTokens(t);
  api.breakDown();
  const told = await ask(address, '/metrics', { headers: bearer('scrape') });
  assert.deepEqual([told.status, told.headers['retry-after']], [503, '1']);
  const [warning] = log.lines.filter(({ level }) => level === 'warn');
  assert.match(String(warning?.fields['err']), /tokenreviews: HTTP 500/);
  assert.doesNotMatch(JSON.stringify(log.lines), /"scrape"/);
  assert.match((await metric('meshladder_http_requests_refused_total')).join('\n'), /reason="check_failed"\} 1$/);
});

test('either a password or a token will do where both are set up', async (t) => {
  const { address } = await withTokens(t, { webConfig: ALICE });
  assert.equal((await ask(address, '/api/v1/status', { headers: basic('alice', 'a') })).status, 200);
  assert.equal((await ask(address, '/metrics', { headers: bearer('scrape') })).status, 200);
  const told = await ask(address, '/metrics');
  assert.deepEqual([told.status, told.headers['www-authenticate']], [401, 'Bearer, Basic realm="meshladder"']);
});

function raw(address: string, bytes: string): Promise<string> {
  const [host = '', port = ''] = address.split(':');
  return new Promise((resolve) => {
    const socket = connect(Number(port), host, () => socket.write(bytes));
    let said = '';
    socket.on('data', (chunk) => {
      said += String(chunk);
    });
    socket.on('close', () => resolve(said));
    socket.on('error', () => {});
  });
}
