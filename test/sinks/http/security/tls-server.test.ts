import assert from 'node:assert/strict';
import type { RequestOptions } from 'node:https';
import { connect as connectPlain } from 'node:net';
import { type TestContext, test } from 'node:test';
import { connect, type TLSSocket } from 'node:tls';
import { makeCertificate } from '../../../../src/demo/tls/certificate.ts';
import type { ClientAuth, TlsSettings } from '../../../../src/model/web-config.ts';
import { admitsClient } from '../../../../src/sinks/http/security/client-certificate.ts';
import { type RunningServer, startServer } from '../../../../src/sinks/http/server.ts';
import { ask } from '../../../support/ask.ts';

const ca = makeCertificate('the authority');
const own = makeCertificate('meshladder', ca);
const known = makeCertificate('prometheus', ca, ['spiffe://cluster.local/ns/monitoring/sa/prometheus']);
const stranger = makeCertificate('stranger', makeCertificate('another authority'));

const SETTINGS: TlsSettings = {
  cert: own.cert,
  key: own.key,
  clientAuth: 'NoClientCert',
  minVersion: 'TLS12',
  maxVersion: 'TLS13',
  preferServerCiphers: true,
};

async function serve(t: TestContext, settings: Partial<TlsSettings> = {}): Promise<RunningServer> {
  const tls = { ...SETTINGS, ...settings };
  const server = await startServer((_request, response) => response.end('here'), { host: '127.0.0.1', port: 0, tls });
  t.after(() => server.close(0));
  return server;
}

/** Trusts our authority, and shows a certificate or none. */
function client(shown?: { readonly cert: string; readonly key: string }): RequestOptions {
  return { ca: ca.cert, ...(shown !== undefined && { cert: shown.cert, key: shown.key }) };
}

const SHOWN = { none: undefined, known, stranger };
const POLICIES: readonly (readonly [ClientAuth, Readonly<Record<keyof typeof SHOWN, boolean>>])[] = [
  ['NoClientCert', { none: true, known: true, stranger: true }],
  ['RequestClientCert', { none: true, known: true, stranger: true }],
  ['RequireAnyClientCert', { none: false, known: true, stranger: true }],
  ['VerifyClientCertIfGiven', { none: true, known: true, stranger: false }],
  ['RequireAndVerifyClientCert', { none: false, known: true, stranger: false }],
];
for (const [clientAuth, admitted] of POLICIES) {
  for (const [name, isAdmitted] of Object.entries(admitted)) {
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      test(`${clientAuth}: ${name} is ${isAdmitted ? 'let in' : 'kept out'} (${maxVersion})`, async (t) => {
        const server = await serve(t, { clientAuth, clientCa: ca.cert });
        const asked = ask(server.address, '/', { ...client(SHOWN[name as keyof typeof SHOWN]), maxVersion });
        if (isAdmitted) assert.equal((await asked).body, 'here');
        else await assert.rejects(asked);
      });
    }
  }
}

const NAMES: readonly (readonly [allowed: readonly string[], isAdmitted: boolean])[] = [
  [['spiffe://cluster.local/ns/monitoring/sa/prometheus'], true],
  [['someone', 'localhost'], true],
  [['127.0.0.1'], true],
  [['spiffe://cluster.local/ns/monitoring/sa/prom'], false],
  [['prometheus'], false],
  [['LOCALHOST'], false],
];
for (const [allowedSans, isAdmitted] of NAMES) {
  test(`a certificate is ${isAdmitted ? 'let in' : 'kept out'} where ${allowedSans.join(' or ')} is allowed`, async (t) => {
    const server = await serve(t, { clientAuth: 'RequireAndVerifyClientCert', clientCa: ca.cert, allowedSans });
    const asked = ask(server.address, '/', client(known));
    if (isAdmitted) assert.equal((await asked).status, 200);
    else await assert.rejects(asked);
  });
}

/** As Node writes names (`X509Certificate.subjectAltName`), and who is allowed. */
const WRITTEN: readonly (readonly [subjectAltName: string, allowed: string, isAdmitted: boolean])[] = [
  ['DNS:a, IP Address:0:0:0:0:0:0:0:1', '::1', true],
  ['DNS:"a, DNS:b"', 'b', false],
  ['DNS:"a, DNS:b"', 'a, DNS:b', true],
  ['email:x@y', 'x@y', true],
  ['othername:<unsupported>, DNS:c', '<unsupported>', false],
  ['DirName:CN = x\\, y, DNS:c', 'c', false],
  ['', '', false],
];
for (const [subjectAltName, allowed, isAdmitted] of WRITTEN) {
  test(`${JSON.stringify(subjectAltName)} is ${isAdmitted ? '' : 'not '}${JSON.stringify(allowed)}`, () => {
    const socket = { authorized: true, getPeerX509Certificate: () => ({ subjectAltName }) };
    const settings: TlsSettings = { ...SETTINGS, clientAuth: 'RequireAndVerifyClientCert', allowedSans: [allowed] };
    assert.equal(admitsClient(settings, socket as unknown as TLSSocket), isAdmitted);
  });
}

function handshake(server: RunningServer, options: object): Promise<TLSSocket> {
  const [host = '', port] = server.address.split(':');
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port: Number(port), ca: ca.cert, ...options }, () => resolve(socket));
    socket.on('error', reject);
  });
}

const CHOSEN: readonly (readonly [string, Partial<TlsSettings>, object, RegExp])[] = [
  ['the newest version both have', {}, {}, /^TLSv1\.3 TLS_AES_256_GCM_SHA384$/],
  ['no newer version than allowed', { maxVersion: 'TLS12' }, {}, /^TLSv1\.2 /],
  [
    'a cipher of the list',
    { maxVersion: 'TLS12', cipherSuites: ['TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256'] },
    {},
    /^TLSv1\.2 ECDHE-ECDSA-CHACHA20-POLY1305$/,
  ],
  [
    'a cipher with an older name',
    { maxVersion: 'TLS12', cipherSuites: ['TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA'] },
    {},
    /^TLSv1\.2 ECDHE-ECDSA-AES128-SHA$/,
  ],
  [
    'a version that the list does not forbid',
    { cipherSuites: ['TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256'] },
    {},
    /^TLSv1\.3 /,
  ],
  ['the curves of the list', { curves: ['CurveP384', 'X25519'] }, { ecdhCurve: 'P-384' }, /^TLSv1\.3 /],
];
for (const [title, settings, options, expected] of CHOSEN) {
  test(`the server takes ${title}`, async (t) => {
    const socket = await handshake(await serve(t, settings), options);
    t.after(() => socket.destroy());
    assert.match(
      `${socket.getProtocol()} ${socket.getCipher().standardName === '' ? '' : socket.getCipher().name}`,
      expected,
    );
  });
}

const REFUSED: readonly (readonly [string, Partial<TlsSettings>, object])[] = [
  ['an older version than allowed', { minVersion: 'TLS13' }, { maxVersion: 'TLSv1.2' }],
  ['TLS 1.1', {}, { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' }],
  ['a curve that is not listed', { curves: ['CurveP384'] }, { ecdhCurve: 'P-256' }],
];
for (const [title, settings, options] of REFUSED) {
  test(`the server refuses ${title}`, async (t) => {
    await assert.rejects(handshake(await serve(t, settings), options));
  });
}

test('a new certificate is shown at the next handshake, and open connections stay', async (t) => {
  const server = await serve(t);
  const before = await handshake(server, {});
  t.after(() => before.destroy());
  const renewed = makeCertificate('renewed', ca);
  server.renewTls({ ...SETTINGS, cert: renewed.cert, key: renewed.key });
  const after = await handshake(server, {});
  t.after(() => after.destroy());
  assert.equal(before.getPeerCertificate().subject.CN, 'meshladder');
  assert.equal(after.getPeerCertificate().subject.CN, 'renewed');
  assert.equal(before.destroyed, false);
});

test('who is no longer trusted loses the connection that is open, and does not get in again', async (t) => {
  const settings = { clientAuth: 'RequireAndVerifyClientCert', clientCa: ca.cert } as const;
  const server = await serve(t, settings);
  const open = await handshake(server, client(known));
  const ended = new Promise((resolve) => open.on('close', resolve));
  open.resume();
  const session = new Promise<Buffer | undefined>((resolve) => {
    open.once('session', resolve);
    open.once('close', () => resolve(undefined));
  });
  server.renewTls({ ...SETTINGS, ...settings, clientCa: stranger.cert });
  await ended;
  await assert.rejects(ask(server.address, '/', client(known)));
  // Nor by a session that was begun when they were.
  const ticket = await session;
  await assert.rejects(ask(server.address, '/', { ...client(known), ...(ticket && { session: ticket }) }));
});

test('certificates are asked for from when the configuration asks for them', async (t) => {
  const server = await serve(t);
  assert.equal((await ask(server.address, '/', client())).status, 200);
  server.renewTls({ ...SETTINGS, clientAuth: 'RequireAndVerifyClientCert', clientCa: ca.cert });
  await assert.rejects(ask(server.address, '/', client()));
  assert.equal((await ask(server.address, '/', client(known))).status, 200);
});

test('a client that begins no handshake, or does not end it, is let go', async (t) => {
  const tls = { ...SETTINGS };
  const server = await startServer(() => {}, { host: '127.0.0.1', port: 0, tls, limits: { headersMs: 100 } });
  t.after(() => server.close(0));
  const [host = '', port] = server.address.split(':');
  for (const begun of ['', '\x16\x03\x01\x02\x00\x01']) {
    const socket = connectPlain(Number(port), host, () => socket.write(begun));
    socket.on('error', () => {});
    await new Promise((resolve) => socket.on('close', resolve));
  }
});

test('plain HTTP to a server with TLS gets nothing', async (t) => {
  const server = await serve(t);
  await assert.rejects(ask(server.address, '/'));
});
