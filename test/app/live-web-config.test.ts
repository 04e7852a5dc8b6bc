import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { PeerCertificate } from 'node:tls';
import { makeCertificate } from '../../src/demo/tls/certificate.ts';
import { ask, basic } from '../support/ask.ts';
import { ALICE, BOB, protect } from '../support/protected-server.ts';

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
