import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { makeCertificate } from '../../src/demo/tls/certificate.ts';
import { HTTP_CONFIG_VARIABLE } from '../../src/model/http-client-config.ts';
import { jsonAnswer, type Route } from '../../src/sinks/http/answer.ts';
import { ALICE, type Asked, protect } from '../support/protected-server.ts';
import { type CliResult, runCli } from '../support/run-cli.ts';
import { startTokenServer } from '../support/token-server.ts';

const folder = await mkdtemp(join(tmpdir(), 'meshladder-login-'));
after(() => rm(folder, { recursive: true, force: true }));

const ca = makeCertificate('the authority');
const server = makeCertificate('meshladder', ca);
const client = makeCertificate('alice', ca);
const stranger = makeCertificate('stranger', makeCertificate('another authority'));
const elsewhere = makeCertificate('elsewhere', ca, [], { names: ['elsewhere.example'] });
const FILES: Readonly<Record<string, string>> = {
  'ca.crt': ca.cert,
  'other.crt': makeCertificate('yet another').cert,
  'client.crt': client.cert,
  'client.key': client.key,
  'stranger.crt': stranger.cert,
  'stranger.key': stranger.key,
};
for (const [name, text] of Object.entries(FILES)) await writeFile(join(folder, name), text);

const FINDINGS: Route = {
  path: '/api/v1/findings',
  answer: () => jsonAnswer(200, { at: '2026-01-31T12:00:00Z', analysedAt: null, findings: null }),
};
const PROXIES: Route = { path: '/api/v1/proxies', answer: () => jsonAnswer(200, { proxies: [] }) };
const STATUS: Route = { path: '/api/v1/status', answer: () => jsonAnswer(200, { sources: [], istiods: [] }) };
const LADDER: Route = { path: '/api/v1/ladder', answer: () => jsonAnswer(200, { at: 'x' }) };
const ROUTES = [FINDINGS, PROXIES, STATUS, LADDER];

async function written(text: string): Promise<string> {
  const file = join(folder, 'http.yml');
  await writeFile(file, text);
  return file;
}

/** `meshladder status`, with the file where there is one. */
async function ask(url: string, text: string | undefined): Promise<CliResult> {
  const flags = text === undefined ? [] : ['--http.config.file', await written(text)];
  return runCli(['status', '--server', url, ...flags]);
}

/** What an exporter answers that knows of no proxy. */
const LET_IN = /^meshladder: no istiod lists any proxy: has one just been restarted\?\n$/;
const LOGIN =
  /^meshladder: http\S+ asks for a login; give --http\.config\.file with basic_auth or authorization \(docs/;
const WRONG = /^meshladder: http\S+ refused the login of --http\.config\.file: a wrong name, password or token\n$/;

type Cases = readonly (readonly [about: string, text: string | undefined, said: RegExp])[];

async function holds(url: string, cases: Cases): Promise<void> {
  for (const [about, text, said] of cases) {
    const { code, stdout, stderr } = await ask(url, text);
    assert.equal(code, 2, about);
    assert.match(stderr, said, about);
    assert.doesNotMatch(stdout + stderr, /hunter2|person/, about);
  }
}

test('a password: right, wrong and none', async (t) => {
  const { address } = await protect(t, { webConfig: ALICE, routes: ROUTES });
  await holds(`http://${address}`, [
    ['none', undefined, LOGIN],
    ['a file without one', 'tls_config: {}', LOGIN],
    ['right', 'basic_auth: {username: alice, password: a}', LET_IN],
    ['wrong', 'basic_auth: {username: alice, password: hunter2}', WRONG],
    ['another way', 'authorization: {credentials: hunter2}', WRONG],
    [
      'a file that cannot be taken',
      'basic_auth: {usrname: alice}',
      /basic_auth\.usrname: unknown key; did you mean "username"\?/,
    ],
  ]);
});

test('a bearer token: right, wrong, none, and one that may not', async (t) => {
  const { address } = await withTokens(t);
  await holds(`http://${address}`, [
    ['none', undefined, LOGIN],
    ['right', 'authorization: {credentials: person}', LET_IN],
    ['wrong', 'authorization: {credentials: hunter2}', WRONG],
    [
      'may not',
      'authorization: {credentials: scrape}',
      /knows who asks, but does not let them get \/api\/v1\/proxies: bind/,
    ],
  ]);
});

test('an authority of its own: unknown, given, another, and another name', async (t) => {
  const url = await overTls(t, server, '');
  await holds(url, [
    [
      'unknown',
      undefined,
      /https:\S+ has a certificate of an authority that is not known here \(\w+\); give its CA: tls_config\.ca_file in --http\.config\.file/,
    ],
    ['given', 'tls_config: {ca_file: ca.crt}', LET_IN],
    ['another', 'tls_config: {ca_file: other.crt}', /of another authority than that of tls_config\.ca_file/],
    ['not looked at', 'tls_config: {insecure_skip_verify: true}', LET_IN],
    [
      'a wrong name',
      'tls_config: {ca_file: ca.crt, server_name: elsewhere.example}',
      /give one that it holds: tls_config\.server_name/,
    ],
  ]);
  await holds(url.replace('https', 'http'), [['no TLS there', undefined, /where it speaks TLS, write https:\/\//]]);
});

test('a certificate for a name that is not the address', async (t) => {
  const url = (await overTls(t, elsewhere, '')).replace('127.0.0.1', 'localhost');
  await holds(url, [
    [
      'its own',
      'tls_config: {ca_file: ca.crt}',
      /has a certificate for another name than that; give one that it holds/,
    ],
    ['the right one', 'tls_config: {ca_file: ca.crt, server_name: elsewhere.example}', LET_IN],
  ]);
});

for (const policy of ['RequireAndVerifyClientCert', 'RequireAnyClientCert']) {
  for (const version of ['TLS12', 'TLS13']) {
    test(`a client certificate, ${policy}, ${version}: right, wrong and none`, async (t) => {
      const url = await overTls(
        t,
        server,
        `, client_auth_type: ${policy}, max_version: ${version}${policy.includes('Verify') ? `, client_ca_file: ${folder}/ca.crt` : ''}`,
      );
      const shown = (name: string): string =>
        `tls_config: {ca_file: ca.crt, cert_file: ${name}.crt, key_file: ${name}.key}`;
      await holds(url, [
        [
          'none',
          'tls_config: {ca_file: ca.crt}',
          /it may demand a client certificate; give tls_config\.cert_file and key_file/,
        ],
        ['right', shown('client'), LET_IN],
        [
          'of another authority',
          shown('stranger'),
          policy.includes('Verify') ? /may not take the client certificate of tls_config\.cert_file/ : LET_IN,
        ],
      ]);
    });
  }
}

test('https where plain HTTP is served', async (t) => {
  const { address } = await protect(t, { routes: ROUTES });
  await holds(`https://${address}`, [['TLS', undefined, /speaks no TLS \(\w+\); write http:\/\//]]);
});

test('every command that asks an exporter takes the file, by its flag or its variable', async (t) => {
  const { address } = await protect(t, { webConfig: ALICE, routes: ROUTES });
  const file = await written('basic_auth: {username: alice, password: a}');
  for (const [command, said] of [
    ['status', LET_IN],
    ['check', /is not what a meshladder exporter answers/],
    ['analyze', /is not what a meshladder exporter answers|has not analysed anything yet/],
  ] as const) {
    const argv = [command, '--server', `http://${address}`];
    assert.match((await runCli(argv)).stderr, LOGIN);
    assert.match((await runCli([...argv, '--http.config.file', file])).stderr, said);
    assert.match((await runCli(argv, { env: { [HTTP_CONFIG_VARIABLE]: file } })).stderr, said);
    assert.match((await runCli(argv, { env: { [HTTP_CONFIG_VARIABLE]: '' } })).stderr, LOGIN);
    const alone = await runCli([command, '--http.config.file', file]);
    assert.deepEqual(
      [alone.code, alone.stderr],
      [2, 'meshladder: --http.config.file: only with --server; nothing else is asked by it\n'],
    );
  }
});

test('a redirect is not followed: what logs in goes to one host', async (t) => {
  const seen: unknown[] = [];
  const other = createServer((request, response) => response.end(String(seen.push(request.headers))));
  const redirecting = createServer((request, response) => {
    seen.push(request.headers.authorization);
    response.writeHead(302, { location: `http://127.0.0.1:${(other.address() as AddressInfo).port}/` }).end();
  });
  t.after(() => {
    other.close();
    redirecting.close();
  });
  for (const each of [other, redirecting]) await new Promise<void>((done) => each.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(redirecting.address() as AddressInfo).port}`;
  await holds(url, [['302', 'authorization: {credentials: hunter2}', /answered 302 .*redirects are not followed/]]);
  assert.deepEqual(seen, ['Bearer hunter2']);
});

for (const [given, said] of [
  ['http://alice:hunter2@h:1', /--server: give scheme, host and port only, .*; a login goes into --http\.config\.file/],
  ['alice:hunter2@h:1', /--server: not a URL; write it as in http:\/\/127\.0\.0\.1:19012/],
] as const) {
  test(`a password on the command line is refused and not repeated: ${given}`, async () => {
    const { code, stderr } = await runCli(['check', '--server', given]);
    assert.equal(code, 2);
    assert.match(stderr, said);
    assert.doesNotMatch(stderr, /hunter2/);
  });
}

async function overTls(t: TestContext, { cert, key }: typeof server, more: string): Promise<string> {
  await writeFile(join(folder, 'server.crt'), cert);
  await writeFile(join(folder, 'server.key'), key);
  const webConfig = `tls_server_config: {cert_file: ${folder}/server.crt, key_file: ${folder}/server.key${more}}\n`;
  const { address } = await protect(t, { webConfig, routes: ROUTES });
  return `https://${address}`;
}

async function withTokens(t: TestContext): Promise<{ readonly address: string }> {
  const paths = [PROXIES, STATUS].map(({ path }) => `/meshladder${path}`);
  const api = await startTokenServer({
    person: { username: 'alice', paths },
    scrape: { username: 'prometheus', paths: ['/metrics'] },
  });
  t.after(() => api.stop());
  const kubeconfig = join(folder, 'kubeconfig');
  const config = {
    'current-context': 'x',
    contexts: [{ name: 'x', context: { cluster: 'x', user: 'x' } }],
    clusters: [{ name: 'x', cluster: { server: api.url } }],
    users: [{ name: 'x', user: { token: 'ours' } }],
  };
  await writeFile(kubeconfig, JSON.stringify(config));
  const asked: Asked = { web: { auth: 'kubernetes' }, kubernetes: { mode: 'kubeconfig', kubeconfig }, routes: ROUTES };
  return protect(t, asked);
}
