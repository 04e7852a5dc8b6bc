import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { findTool } from '../../scripts/find-tool.ts';
import { loadHttpClientConfig } from '../../src/config/http-client-config.ts';
import { fromEnvironment } from '../../src/config/overrides.ts';
import { problemText } from '../../src/config/problem.ts';
import { makeCertificate } from '../../src/demo/tls/certificate.ts';
import { HTTP_CONFIG_VARIABLE, type HttpClientConfig } from '../../src/model/http-client-config.ts';

const run = promisify(execFile);
const promtool = findTool('promtool');
const own = makeCertificate('alice');
const FILES: Readonly<Record<string, string>> = {
  'ca.crt': makeCertificate('authority').cert,
  'own.crt': own.cert,
  'own.key': own.key,
  'other.key': makeCertificate('other').key,
  password: 'hunter2\n',
  token: 'abc.def\n',
  empty: '\n',
  lines: 'hunter2\nx: y\n',
};
let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meshladder-http-config-'));
  for (const [name, text] of Object.entries(FILES)) await writeFile(join(folder, name), text);
});
after(() => rm(folder, { recursive: true, force: true }));

async function load(text: string) {
  const file = join(folder, 'http.yml');
  await writeFile(file, text);
  return loadHttpClientConfig(file);
}

const basic = (words: string): string => `Basic ${Buffer.from(words).toString('base64')}`;
const PLAIN = { insecureSkipVerify: false };
const TAKEN: readonly (readonly [text: string, config: HttpClientConfig])[] = [
  ['', { tls: PLAIN }],
  ['basic_auth:', { tls: PLAIN }],
  ['basic_auth: {username: alice, password: a}', { authorization: basic('alice:a'), tls: PLAIN }],
  ['basic_auth: {username: alice, password: " ä:"}', { authorization: basic('alice: ä:'), tls: PLAIN }],
  ['basic_auth: {username: alice, password: ""}', { authorization: basic('alice:'), tls: PLAIN }],
  ['basic_auth: {username: alice, password_file: password}', { authorization: basic('alice:hunter2'), tls: PLAIN }],
  ['authorization: {credentials: abc}', { authorization: 'Bearer abc', tls: PLAIN }],
  ['authorization: {type: Token, credentials_file: token}', { authorization: 'Token abc.def', tls: PLAIN }],
  [
    'tls_config: {ca_file: ca.crt, cert_file: own.crt, key_file: own.key, server_name: m, insecure_skip_verify: true}',
    {
      tls: { ca: FILES['ca.crt'] ?? '', cert: own.cert, key: own.key, serverName: 'm', insecureSkipVerify: true },
    },
  ],
];
for (const [text, config] of TAKEN) {
  test(`taken: ${text}`, async () => {
    assert.deepEqual(await load(text), { ok: true, config });
  });
}

const HERE = 'the keys here are';
const REFUSED: readonly (readonly [text: string, says: readonly string[]])[] = [
  ['[]', [':1: not a map of keys; write keys such as "basic_auth:" with their values below']],
  ['proxy_url: x', [`:1: proxy_url: unknown key; ${HERE} basic_auth, authorization, tls_config`]],
  ['basicauth: {}', [':1: basicauth: unknown key; did you mean "basic_auth"?']],
  [
    'basic_auth: {username: alice, passwrd: hunter2}',
    [':1: basic_auth.passwrd: unknown key; did you mean "password"?'],
  ],
  ['tls_config: {cafile: x}', [':1: tls_config.cafile: unknown key; did you mean "ca_file"?']],
  [
    'tls_config: {insecure_skip_verify: yes}',
    [':1: tls_config.insecure_skip_verify: must be true or false, not "yes"'],
  ],
  ['basic_auth: hunter2', [':1: basic_auth: must be a map of keys, not this']],
  ['basic_auth: {username: alice, password: 4711}', [':1: basic_auth.password: must be text, not this']],
  ['basic_auth: {username: alice, password: [hunter2]}', [':1: basic_auth.password: must be text, not this']],
  ['basic_auth: {username: alice, password: @hunter2}', [':1: not YAML: put a value with signs of its own in quotes']],
  [
    'basic_auth: {username: alice, password: *hunter2}',
    [': more than 100 aliases, or one of nothing; write the values out, in quotes'],
  ],
  [
    'basic_auth: {username: "a:b", password: x}',
    [':1: basic_auth.username: holds a colon, which no name of a login may'],
  ],
  ['basic_auth: {password: x}', [':1: basic_auth.username: missing; write who logs in']],
  ['basic_auth: {username: alice}', [':1: basic_auth.password_file: missing; name the file of the password']],
  [
    'basic_auth: {username: alice, password: hunter2, password_file: password}',
    [':1: basic_auth.password: stands beside password_file; keep one'],
  ],
  [
    'basic_auth: {username: alice, password_file: gone}',
    [':1: basic_auth.password_file: FOLDER/gone: no such file; check the path'],
  ],
  [
    'basic_auth: {username: alice, password: x}\nauthorization: {credentials: x}',
    [':2: authorization: stands beside basic_auth; keep one way to log in'],
  ],
  ['authorization: {}', [':1: authorization.credentials_file: missing; name the file of the token']],
  [
    'authorization: {credentials: x, credentials_file: token}',
    [':1: authorization.credentials: stands beside credentials_file; keep one'],
  ],
  [
    'authorization: {type: basic, credentials: x}',
    [':1: authorization.type: is basic_auth; write that section in its place'],
  ],
  [
    'authorization: {type: "B:", credentials: x}',
    [':1: authorization.type: is no scheme of a login; write one such as Bearer'],
  ],
  ['authorization: {credentials: "hunter\\n2"}', [':1: authorization.credentials: holds a sign that no header may']],
  ['authorization: {credentials_file: lines}', [':1: authorization.credentials_file: holds a sign that no header may']],
  ['authorization: {credentials_file: empty}', [':1: authorization.credentials_file: is empty']],
  ['tls_config: {cert_file: own.crt}', [':1: tls_config.key_file: missing; name the key of the certificate']],
  ['tls_config: {key_file: own.key}', [':1: tls_config.cert_file: missing; name the certificate of the key']],
  [
    'tls_config: {cert_file: own.crt, key_file: other.key}',
    [':1: tls_config.key_file: is not the key of this certificate'],
  ],
  ['tls_config: {ca_file: password}', [':1: tls_config.ca_file: holds no certificate in PEM']],
  ['tls_config: {ca_file: gone}', [':1: tls_config.ca_file: FOLDER/gone: no such file; check the path']],
];
for (const [text, says] of REFUSED) {
  test(`refused, without a word of what is secret: ${text}`, async () => {
    const loaded = await load(text);
    assert.ok(!loaded.ok);
    const said = loaded.problems.map((problem) => problemText(problem).replaceAll(folder, 'FOLDER'));
    assert.deepEqual(
      said,
      says.map((line) => `FOLDER/http.yml${line}`),
    );
    assert.doesNotMatch(said.join('\n'), /hunter|4711/);
  });
}

test('Prometheus takes all that we take', { skip: promtool === undefined && 'promtool is not here' }, async () => {
  const jobs = TAKEN.map(([text], nth) => ({ ...(parse(text) as object | null), job_name: `job-${nth}` }));
  const file = join(folder, 'prometheus.yml');
  await writeFile(file, JSON.stringify({ scrape_configs: jobs }));
  await run(promtool ?? '', ['check', 'config', file]);
});

test('a file that is not there', async () => {
  const loaded = await loadHttpClientConfig(join(folder, 'gone.yml'));
  assert.ok(!loaded.ok);
  assert.match(loaded.problems.map(problemText).join(), /gone\.yml: no such file; check the path$/);
});

test('the variable of commands is no mistake in the environment of the exporter', () => {
  assert.deepEqual(fromEnvironment({ [HTTP_CONFIG_VARIABLE]: 'http.yml' }), { overrides: [], problems: [] });
  assert.equal(fromEnvironment({ MESHLADDER_HTTP_CONFIG: 'http.yml' }).problems.length, 1);
});
