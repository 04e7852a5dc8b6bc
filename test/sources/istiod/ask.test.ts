import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer as createTlsServer } from 'node:https';
import { createServer } from 'node:net';
import { after, test } from 'node:test';
import { makeCertificate } from '../../../src/demo/tls/certificate.ts';
import type { SourceError } from '../../../src/model/source-error.ts';
import { type AskOptions, askSync, askVersion } from '../../../src/sources/istiod/ask.ts';
import { createHttpClient } from '../../../src/sources/istiod/http-client.ts';
import { failureOf } from '../../../src/sources/istiod/http-failure.ts';
import { type Answer, json, startIstiodServer, text } from '../../support/istiod-server.ts';
import { askFailure } from '../../support/istiod-source.ts';
import { fixturePath } from '../../support/syncz.ts';

const client = createHttpClient();
after(() => client.close());

const HEALTHY = await readFile(fixturePath('istiod/syncz.json'), 'utf8');
const NEVER = new AbortController().signal;

function options(base: string, more: Partial<AskOptions> = {}): AskOptions {
  return { client, base, token: undefined, deadlineMs: 5_000, limitBytes: 1 << 26, signal: NEVER, ...more };
}

/** Writes the head and the beginning of an answer. */
function begin(response: Parameters<Answer>[0], part: string): void {
  response.writeHead(200, { 'content-length': 10_000 });
  response.write(part);
}

test('an istiod that answers: its proxies, with the times of their connections, and its version', async () => {
  const server = await startIstiodServer({
    '/debug/syncz': text(HEALTHY),
    '/debug/connections': text(await readFile(fixturePath('istiod/connections.json'), 'utf8')),
    '/version': text(await readFile(fixturePath('istiod/version.json'), 'utf8')),
  });
  const answer = await askSync(options(server.url, { token: 'abc' }));
  assert.equal(answer.proxies.length, 9);
  assert.ok(answer.proxies.every((proxy) => proxy.connectedAt !== undefined));
  assert.equal(await askVersion(options(server.url, { token: 'abc' })), '1.30.3');
  assert.deepEqual(server.seen.map(({ path, authorization }) => `${path} ${authorization}`).sort(), [
    '/debug/connections Bearer abc',
    '/debug/syncz Bearer abc',
    '/version undefined',
  ]);
  await server.stop();
});

const CONNECTIONS: readonly (readonly [about: string, answer: Answer])[] = [
  ['refused', text('', 403)],
  ['not there', text('404 page not found', 404)],
  ['not JSON', text('<html>')],
  ['half an answer', (response) => begin(response, '{"totalClients":9,"clients":[{"connectionId":"x')],
  ['an answer of another shape', json({ clients: 'none' })],
];

for (const [about, answer] of CONNECTIONS) {
  test(`/debug/connections is a help, no need: ${about}`, async () => {
    const server = await startIstiodServer({ '/debug/syncz': text(HEALTHY), '/debug/connections': answer });
    const asked = askSync(options(server.url));
    if (about.startsWith('half')) setTimeout(() => server.stop(), 300);
    const { proxies } = await asked;
    assert.equal(proxies.length, 9);
    assert.ok(proxies.every((proxy) => proxy.connectedAt === undefined));
    await server.stop();
  });
}

const FAILURES: readonly (readonly [about: string, answer: Answer, code: SourceError['code'], detail: RegExp])[] = [
  ['401', text('', 401), 'denied', /answered 401: no token was sent; mount .* audience istio-ca/],
  ['403', text('', 403), 'denied', /answered 403: .*DEBUG_ENDPOINT_AUTH_ALLOWED_NAMESPACES/],
  ['404', text('404 page not found', 404), 'not_found', /has no \/debug\/syncz: .*ENABLE_DEBUG_ON_HTTP=false/],
  ['500', text('boom', 500), 'invalid', /answered 500 to \/debug\/syncz$/],
  ['503', text('upstream connect error', 503), 'invalid', /answered 503/],
  ['204', (response) => response.writeHead(204).end(), 'invalid', /answered 204/],
  ['HTML', text('<!doctype html><title>login</title>'), 'invalid', /not a JSON array: it starts with "<!doctype/],
  ['an object', json({ error: 'no' }), 'invalid', /not a JSON array/],
  ['an array of something else', json([1, 2]), 'invalid', /no row/],
  ['broken JSON', text('[{"proxy":"a.b",}]'), 'invalid', /not valid JSON/],
  ['nothing', text(''), 'truncated', /empty/],
  ['half an answer, ended', text(HEALTHY.slice(0, 5_000)), 'truncated', /ends before its array/],
  [
    'half an answer, then closed',
    (response) => {
      begin(response, HEALTHY.slice(0, 5_000));
      setTimeout(() => response.socket?.end(), 20);
    },
    'truncated',
    /in the middle of its answer/,
  ],
  [
    'half an answer, then reset',
    (response) => {
      begin(response, HEALTHY.slice(0, 5_000));
      setTimeout(() => response.socket?.resetAndDestroy(), 20);
    },
    'truncated',
    /in the middle of its answer/,
  ],
  ['a reset before any answer', (response) => response.socket?.resetAndDestroy(), 'refused', /without an answer/],
  ['a close before any answer', (response) => response.socket?.destroy(), 'refused', /without an answer/],
  ['headers without end', (response) => response.writeHead(200, { x: 'y'.repeat(40_000) }).end(), 'invalid', /HEADERS/],
];

for (const [about, answer, code, detail] of FAILURES) {
  test(`${about} is ${code}`, async () => {
    const server = await startIstiodServer({ '/debug/syncz': answer });
    const reason = await askFailure(askSync(options(server.url)));
    assert.equal(reason.code, code);
    assert.match(reason.detail, detail);
    await server.stop();
  });
}

test('a 401 with a token says what is wrong with the token, without showing it', async () => {
  const server = await startIstiodServer({ '/debug/syncz': text('', 401) });
  const reason = await askFailure(askSync(options(server.url, { token: 'sEcReT' })));
  assert.match(reason.detail, /does not accept the token; its audience must be istio-ca/);
  assert.doesNotMatch(JSON.stringify(reason), /sEcReT/);
  await server.stop();
});

const SLOW: readonly (readonly [about: string, answer: Answer])[] = [
  ['never answers', () => undefined],
  ['never goes on after its headers', (response) => begin(response, '[')],
  [
    'trickles',
    (response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write(' '), 10);
      response.on('close', () => clearInterval(timer));
      response.write('[');
    },
  ],
];

for (const [about, answer] of SLOW) {
  test(`an istiod that ${about} is timeout, and not waited for any longer`, async () => {
    const server = await startIstiodServer({ '/debug/syncz': answer });
    const startedAt = performance.now();
    const reason = await askFailure(askSync(options(server.url, { deadlineMs: 200 })));
    assert.deepEqual({ ...reason, detail: '' }, { code: 'timeout', afterMs: 200, detail: '' });
    assert.match(reason.detail, /did not answer \/debug\/syncz whole within 200 ms/);
    assert.ok(performance.now() - startedAt < 30_000);
    await server.stop();
  });
}

test('a port where nobody listens is refused', async () => {
  const server = await startIstiodServer();
  await server.stop();
  const reason = await askFailure(askSync(options(server.url)));
  assert.equal(reason.code, 'refused');
  assert.match(reason.detail, /cannot connect to 127\.0\.0\.1:\d+: ECONNREFUSED/);
});

test('a name that does not exist is refused', async () => {
  const reason = await askFailure(askSync(options('http://istiod.invalid:15014')));
  assert.equal(reason.code, 'refused');
});

test('HTTPS to a port that speaks HTTP is tls', async () => {
  const server = await startIstiodServer();
  const reason = await askFailure(askSync(options(server.url.replace('http:', 'https:'))));
  assert.equal(reason.code, 'tls');
  await server.stop();
});

for (const code of ['ETIMEDOUT', 'UND_ERR_CONNECT_TIMEOUT']) {
  test(`${code}: a host that gives no sign of life is timeout, and does not take the whole deadline`, () => {
    const error = Object.assign(new Error('x'), { code });
    const reason = failureOf(error, 'head', { host: 'h:1', path: '/', deadlineMs: 10_000 });
    assert.equal(reason.code, 'timeout');
    assert.match(reason.detail, /cannot connect to h:1: no sign of life; .*NetworkPolicy/);
  });
}

test('a certificate that nobody vouches for is tls', async () => {
  const { cert, key } = makeCertificate('istiod');
  const server = createTlsServer({ cert, key }, (_, response) => response.end(HEALTHY));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const reason = await askFailure(askSync(options(`https://127.0.0.1:${port}`, { token: 'abc' })));
  assert.equal(reason.code, 'tls');
  assert.match(reason.detail, /no TLS with 127\.0\.0\.1:\d+: (DEPTH_ZERO_)?SELF_SIGNED_CERT/);
  server.close();
});

for (const code of [
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_HAS_EXPIRED',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]) {
  test(`${code} is tls, also as the cause of another error`, () => {
    const error = Object.assign(new Error('x'), { code });
    const about = { host: 'h:1', path: '/', deadlineMs: 1 };
    assert.equal(failureOf(error, 'head', about).code, 'tls');
    assert.equal(failureOf(new Error('y', { cause: error }), 'head', about).code, 'tls');
    assert.equal(failureOf(new AggregateError([error]), 'head', about).code, 'tls');
  });
}

test('a port that speaks something else is invalid', async () => {
  const server = createServer((socket) => socket.on('data', () => socket.end('SSH-2.0-OpenSSH_9.6\r\n')));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  assert.equal((await askFailure(askSync(options(`http://127.0.0.1:${port}`)))).code, 'invalid');
  server.close();
});

test('a redirect is not followed, and the token goes nowhere else', async () => {
  const other = await startIstiodServer({ '/debug/syncz': text(HEALTHY) });
  const server = await startIstiodServer({
    '/debug/syncz': (response) => response.writeHead(302, { location: `${other.url}/debug/syncz` }).end(),
  });
  const reason = await askFailure(askSync(options(server.url, { token: 'abc' })));
  assert.equal(reason.code, 'invalid');
  assert.match(reason.detail, /answered 302 .*redirects are not followed/);
  assert.deepEqual(other.seen, []);
  await server.stop();
  await other.stop();
});

test('50 MB are cut off at the limit', async () => {
  const rowText = JSON.stringify({ proxy: 'cart-1.shop', cluster_id: 'c', padding: 'x'.repeat(60_000) });
  let written = 0;
  const flood: Answer = (response) => {
    response.writeHead(200);
    response.write(`[${rowText}`);
    const pump = (): void => {
      while (written < 50e6 && !response.destroyed) {
        written += rowText.length;
        if (!response.write(`,${rowText}`)) return void response.once('drain', pump);
      }
      response.end(']');
    };
    pump();
  };
  const server = await startIstiodServer({ '/debug/syncz': flood });
  const reason = await askFailure(askSync(options(server.url, { limitBytes: 4 << 20 })));
  assert.deepEqual(reason, {
    code: 'too_large',
    limitBytes: 4 << 20,
    detail: 'the answer is longer than 4194304 bytes',
  });
  assert.ok(written < 20e6, `the server was stopped after ${written} bytes`);
  await server.stop();
});

test('50 MB under the limit are read row by row: what is kept is small', async () => {
  const rowText = (n: number): string =>
    JSON.stringify({ proxy: `cart-${n}.shop`, cluster_id: 'c', padding: 'x'.repeat(100_000) });
  const server = await startIstiodServer({
    '/debug/syncz': async (response) => {
      response.write(`[${rowText(0)}`);
      for (let n = 1; n < 500; n++) {
        if (!response.write(`,${rowText(n)}`)) await new Promise((resolve) => response.once('drain', resolve));
      }
      response.end(']');
    },
  });
  const answer = await askSync(options(server.url, { deadlineMs: 20_000 }));
  assert.equal(answer.proxies.length, 500);
  await server.stop();
});

test('who gives up gets the own reason back, and nothing is left open', async () => {
  const server = await startIstiodServer({ '/debug/syncz': () => undefined });
  const stop = new AbortController();
  const asked = askSync(options(server.url, { signal: stop.signal }));
  setTimeout(() => stop.abort(new Error('enough')), 30);
  await assert.rejects(asked, /enough/);
  await server.stop();
});

const VERSIONS: readonly (readonly [text: string, version: string | undefined])[] = [
  ['1.30.3-56df41f63e513f834c9a3af33d8aed82d1d961f2-Clean', '1.30.3'],
  ['1.31.0-rc.0-56df41f63e513f834c9a3af33d8aed82d1d961f2-Clean\n', '1.31.0-rc.0'],
  ['1.20.3-solo-56df41f63e513f834c9a3af33d8aed82d1d961f2-Modified', '1.20.3-solo'],
  ['1.22.0-56df41f63e513f834c9a3af33d8aed82d1d961f2-dirty-Modified', '1.22.0'],
  ['1.24.1-unknown-unknown', '1.24.1'],
  ['1.24.1', '1.24.1'],
  ['unknown-unknown-unknown', undefined],
  ['<html>1.2</html>', undefined],
  ['', undefined],
  ['1.30.3 "} evil{a="', undefined],
  [`1.${'9'.repeat(400)}`, undefined],
  [`1.30.3${' '.repeat(1_000)}`, undefined],
];

for (const [body, version] of VERSIONS) {
  test(`version of ${JSON.stringify(body.slice(0, 70))}: ${version}`, async () => {
    const server = await startIstiodServer({ '/version': text(body) });
    assert.equal(await askVersion(options(server.url)), version);
    await server.stop();
  });
}
