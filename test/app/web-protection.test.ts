import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createExpressHandler } from '../../src/sinks/http/express-handler.ts';
import { createPlainHandler } from '../../src/sinks/http/plain-handler.ts';
import { ask, basic } from '../support/ask.ts';
import { ALICE, type Asked, protect, ROUTES } from '../support/protected-server.ts';
import { startTokenServer } from '../support/token-server.ts';

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
    person: { username: 'alice', paths: ['/', '/metrics', '/meshladder/api/v1/status'], audiences: ['meshladder'] },
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
      ...['/metrics', '/', '/meshladder/api/v1/status'].map((path) => ({
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
