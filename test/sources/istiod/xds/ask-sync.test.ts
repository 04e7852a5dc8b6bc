import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createSecureServer } from 'node:http2';
import { createServer, type Server } from 'node:net';
import { afterEach, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { experimental, logVerbosity, setLogger, setLogVerbosity, status } from '@grpc/grpc-js';
import { clientConfigBytes, discoveryResponse } from '../../../../src/demo/istiod/xds-wire.ts';
import { makeCertificate } from '../../../../src/demo/tls/certificate.ts';
import type { SourceError } from '../../../../src/model/source-error.ts';
import { createXdsClient, type XdsClient, type XdsQuestion } from '../../../../src/sources/istiod/xds/client.ts';
import { readRecordedStatus } from '../../../support/client-config.ts';
import { askFailure } from '../../../support/istiod-source.ts';
import { fixturePath, readSyncz } from '../../../support/syncz.ts';
import {
  clientConfigs,
  DEBUG,
  debugBody,
  refusal,
  SERVER_NAME,
  STATUS,
  startXdsServer,
  type XdsAnswer,
  type XdsServer,
  type XdsServerOptions,
} from '../../../support/xds-server.ts';

const HEALTHY = await readFile(fixturePath('istiod/syncz.json'), 'utf8');
const CONNECTIONS = await readFile(fixturePath('istiod/connections.json'), 'utf8');
const CA = makeCertificate('mesh CA');
const NEVER = new AbortController().signal;
const MAX_BYTES = 64 << 20;

const closes: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closes.splice(0).reverse()) await close();
});

async function istiod(answers: Readonly<Record<string, XdsAnswer>>, more: XdsServerOptions = {}): Promise<XdsServer> {
  const server = await startXdsServer({ ca: CA, answers, ...more });
  closes.push(() => server.stop());
  return server;
}

function client(limitBytes = MAX_BYTES): XdsClient {
  const made = createXdsClient(limitBytes);
  closes.push(() => made.close());
  return made;
}

function question(address: string, more: Partial<XdsQuestion> = {}): XdsQuestion {
  const to = { address, serverName: SERVER_NAME, namespace: 'istio-system' };
  return { to, ca: Buffer.from(CA.cert), token: 'hush', deadlineMs: 5_000, signal: NEVER, ...more };
}

/** What istiod answers each of the debug paths. */
function bodies(of: Readonly<Record<string, string>>): XdsAnswer {
  return (stream, asked) => debugBody(of[asked.names[0] ?? ''] ?? '404 page not found\n')(stream, asked);
}

test('the answer is that of the debug port, with the times of connections; the question says who asks', async () => {
  const server = await istiod({ [DEBUG]: bodies({ syncz: HEALTHY, connections: CONNECTIONS }) });
  const { proxies, skippedRows } = await client().sync(question(server.address));
  assert.deepEqual([proxies.length, skippedRows], [9, 0]);
  assert.ok(proxies.every(({ connectedAt, types }) => connectedAt !== undefined && types.cds?.sent !== undefined));
  const [first] = server.seen;
  assert.deepEqual(first, {
    typeUrl: DEBUG,
    names: ['syncz'],
    node: 'sidecar~127.0.0.1~meshladder.istio-system~istio-system.svc.cluster.local',
    metadata: { NAMESPACE: 'istio-system', ISTIO_VERSION: '65536.65536.65536', GENERATOR: 'event' },
    authorization: 'Bearer hush',
  });
});

test('times of connections are a help, no need: they are not waited for longer than two seconds', async () => {
  const server = await istiod({
    [DEBUG]: (stream, asked) => asked.names[0] === 'syncz' && debugBody(HEALTHY)(stream, asked),
  });
  const { proxies } = await client().sync(question(server.address, { deadlineMs: 60_000 }));
  assert.deepEqual([proxies.length, proxies.some(({ connectedAt }) => connectedAt !== undefined)], [9, false]);
});

const claims = (namespace: unknown): string =>
  `e30.${Buffer.from(JSON.stringify({ 'kubernetes.io': { namespace } })).toString('base64url')}.c2ln`;
const TOKENS: readonly (readonly [about: string, token: string, namespace: string])[] = [
  ['that tells its namespace', claims('observability'), 'observability'],
  ['whose namespace is none', claims('a~b'), 'istio-system'],
  ['whose namespace is a number', claims(7), 'istio-system'],
  ['whose claims are no JSON', 'e30.e30x.c2ln', 'istio-system'],
];
for (const [about, token, namespace] of TOKENS) {
  test(`a token ${about}: istiod is told ${namespace}, which it compares`, async () => {
    const server = await istiod({ [DEBUG]: debugBody(HEALTHY) });
    await client().sync(question(server.address, { token }));
    assert.equal(server.seen[0]?.metadata['NAMESPACE'], namespace);
    assert.match(server.seen[0]?.node ?? '', new RegExp(`~${namespace}\\.svc\\.cluster\\.local$`));
  });
}

const SHAPES = [
  'istiod/syncz.json',
  'syncz/nack-never-acked-LDS.json',
  'syncz/nack-real-envoy.json',
  'syncz/notsent-neveracked-before-push.json',
  'syncz/right-after-istioctl.json',
  'syncz/stale-2of9-RDS.json',
  'syncz/two-istiods.first.json',
  'syncz/with-istioctl-connections-and-2-vanished.json',
];
for (const name of SHAPES) {
  test(`${name} is read over xDS as over HTTP`, async () => {
    const body = await readFile(fixturePath(name), 'utf8');
    const server = await istiod({ [DEBUG]: bodies({ syncz: body }) });
    const { proxies } = await client().sync(question(server.address));
    assert.deepEqual(proxies, (await readSyncz(name)).proxies);
    assert.ok(proxies.length > 0);
  });
}

test('where the debug port is off, the states are asked on the same stream, and the version stands beside them', async () => {
  const [recorded] = await readRecordedStatus('proxy-status.stale.json');
  assert.ok(recorded !== undefined);
  const states = clientConfigs(recorded.resources.map(clientConfigBytes), recorded.controlPlane.identifier);
  const server = await istiod({ [DEBUG]: debugBody('404 page not found\n'), [STATUS]: states });
  const xds = client();
  const { proxies } = await xds.sync(question(server.address));
  assert.equal(proxies.length, 8);
  assert.equal(proxies.filter(({ types }) => types.cds?.state === 'STALE').length, 1);
  assert.deepEqual([server.seen.map(({ typeUrl }) => typeUrl), server.streams()], [[DEBUG, STATUS], 1]);
  assert.equal(await xds.version(question(server.address)), '1.30.3');
});

const IDENTIFIERS: readonly (readonly [string | undefined, string | undefined])[] = [
  ['{"Info":{"version":"1.29.6"}}', '1.29.6'],
  ['{"Info":{"version":"1.29 6"}}', undefined],
  ['{"Info":"1.29.6"}', undefined],
  ['istiod', undefined],
  [undefined, undefined],
];
for (const [identifier, version] of IDENTIFIERS) {
  test(`of itself istiod says ${identifier}: version ${version}`, async () => {
    const server = await istiod({ [STATUS]: clientConfigs([], identifier) });
    assert.equal(await client().version(question(server.address)), version);
  });
}

const proxyOf = (id: string): Uint8Array => clientConfigBytes({ node: { id, metadata: { CLUSTER_ID: 'Kubernetes' } } });
const OF_SHOP = tokenOf('shop');
const OUTSIDERS: readonly (readonly [
  about: string,
  ids: readonly string[],
  read: number | 'denied',
  token?: string,
])[] = [
  ['nobody', [], 'denied'],
  ['proxies of one namespace, which may be its own', ['a.shop', 'b.shop'], 'denied'],
  ['proxies of two namespaces', ['a.shop', 'b.payment'], 2],
  ['nobody, though it says whose it is', [], 'denied', OF_SHOP],
  ['proxies of its own namespace', ['a.shop', 'b.shop'], 'denied', OF_SHOP],
  ['proxies of one namespace, which is not its own', ['a.payment', 'b.payment'], 2, OF_SHOP],
];
for (const [about, ids, read, token = 'hush'] of OUTSIDERS) {
  test(`a token of another namespace is shown ${about}: ${read}`, async () => {
    const server = await istiod({
      [DEBUG]: refusal(status.PERMISSION_DENIED, 'the debug info is not available for current identity'),
      [STATUS]: clientConfigs(ids.map(proxyOf)),
    });
    const asked = client().sync(question(server.address, { token }));
    if (read !== 'denied') return assert.equal((await asked).proxies.length, read);
    const reason = await askFailure(asked);
    assert.deepEqual([reason.code, reason.code === 'denied' && reason.status], ['denied', 403]);
    assert.match(reason.detail, /for istiod's own namespace; run there/);
  });
}

/** As a service account's token says whose it is. */
function tokenOf(namespace: string): string {
  const claims = { 'kubernetes.io': { namespace } };
  return ['e30', Buffer.from(JSON.stringify(claims)).toString('base64url'), 'signature'].join('.');
}

/** Rows enough for so many bytes. */
function rowsOf(bytes: number): string {
  const rows: string[] = [];
  const more = (JSON.parse(HEALTHY) as Record<string, unknown>[])[0];
  for (let size = 0; size < bytes; size += rows.at(-1)?.length ?? 0) {
    rows.push(JSON.stringify({ ...more, proxy: `cart-${rows.length}.shop` }));
  }
  return `[${rows.join(',')}]`;
}

test('20 MB are read whole, and others get their turn meanwhile', async () => {
  const body = rowsOf(20 << 20);
  const server = await istiod({ [DEBUG]: bodies({ syncz: body }) });
  const waits: number[] = [];
  let last = performance.now();
  const timer = setInterval(() => {
    waits.push(performance.now() - last);
    last = performance.now();
  }, 5);
  try {
    const { proxies } = await client().sync(question(server.address, { deadlineMs: 120_000 }));
    assert.ok(proxies.length > 10_000, `${proxies.length}`);
    assert.ok(waits.length > 20, `${waits.length} turns`);
  } finally {
    clearInterval(timer);
  }
});

const FAILURES: readonly (readonly [
  about: string,
  answer: XdsAnswer,
  code: SourceError['code'],
  detail: RegExp,
  more?: Partial<XdsQuestion>,
])[] = [
  ['a stream that stalls', () => undefined, 'timeout', /did not answer .* whole within 300 ms/, { deadlineMs: 300 }],
  ['a stream that closes early', (stream) => stream.end(), 'truncated', /ended the stream without an answer/],
  ['garbage', (stream) => void stream.write(Buffer.from('GET / HTTP/1.1')), 'invalid', /is no DiscoveryResponse/],
  ['an empty message', (stream) => void stream.write(Buffer.alloc(0)), 'invalid', /is of another type/],
  ['another type', (stream) => void stream.write(discoveryResponse(STATUS, [])), 'invalid', /is of another type/],
  ['HTML', debugBody('<!doctype html>'), 'invalid', /not a JSON array/],
  ['half an answer', debugBody(HEALTHY.slice(0, 5_000)), 'truncated', /ends before its array/],
  ['rows of something else', debugBody('[1,2]'), 'invalid', /no row/],
  ['401', refusal(status.UNAUTHENTICATED, 'authentication failure'), 'denied', /audience must be istio-ca/],
  ['401 of older istiods', refusal(status.UNKNOWN, 'authentication failure'), 'denied', /audience must be istio-ca/],
  ['403 of older istiods', refusal(status.UNKNOWN, 'authorization failed: no identities'), 'denied', /run there/],
  ['starting', refusal(status.UNAVAILABLE, 'server is not ready'), 'refused', /takes no questions now: server is not/],
  ['no token', refusal(status.UNKNOWN, 'authentication required'), 'denied', /istiod\.tokenFile/, { token: undefined }],
  ['busy', refusal(status.RESOURCE_EXHAUSTED, 'request rate limit exceeded'), 'refused', /takes no more questions/],
  ['a failure with escapes', refusal(status.UNKNOWN, 'no\u001b[31m'), 'invalid', /breaks off: UNKNOWN: no \[31m$/],
  ['a failure without words', refusal(status.INTERNAL, ''), 'invalid', /breaks off: INTERNAL: without a word$/],
];
for (const [about, answer, code, detail, more] of FAILURES) {
  test(`${about} is ${code}`, async () => {
    const server = await istiod({ [DEBUG]: answer, [STATUS]: answer });
    const reason = await askFailure(client().sync(question(server.address, more)));
    assert.equal(reason.code, code, reason.detail);
    assert.match(reason.detail, detail);
    assert.doesNotMatch(JSON.stringify(reason), /hush/);
  });
}

test('an answer that drips is given up at its deadline, however much still comes', async () => {
  const server = await istiod({ [DEBUG]: debugBody(rowsOf(8 << 20)) }, { drip: 1_500 });
  const before = performance.now();
  const reason = await askFailure(client().sync(question(server.address, { deadlineMs: 400 })));
  assert.equal(reason.code, 'timeout');
  // The whole would take a minute.
  assert.ok(performance.now() - before < 20_000);
});

test('a service that is no xDS is not found', async () => {
  const server = await istiod({ [DEBUG]: refusal(status.UNIMPLEMENTED, 'unknown service') });
  const reason = await askFailure(client().sync(question(server.address)));
  assert.deepEqual([reason.code, reason.detail.includes('15012')], ['not_found', true]);
});

test('an answer over the limit is too large', async () => {
  const server = await istiod({ [DEBUG]: debugBody(HEALTHY) });
  const reason = await askFailure(client(1_000).sync(question(server.address)));
  assert.deepEqual(reason, { code: 'too_large', limitBytes: 1_000, detail: 'the answer is longer than 1000 bytes' });
});

/** An istiod that compresses, which the server of gRPC does not do. */
async function gzipping(body: Buffer): Promise<string> {
  const { key, cert } = makeCertificate('istiod', CA, [], { names: [SERVER_NAME] });
  const server = createSecureServer({ key, cert });
  server.on('stream', (stream) => {
    stream.on('error', () => undefined);
    stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-encoding': 'gzip' });
    stream.on('data', () => {
      const packed = gzipSync(discoveryResponse(DEBUG, [body]));
      const head = Buffer.alloc(5, 1);
      head.writeUInt32BE(packed.length, 1);
      stream.write(Buffer.concat([head, packed]));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closes.push(() => server.close());
  return `127.0.0.1:${(server.address() as { readonly port: number }).port}`;
}

test('a compressed answer is read; one that grows over the limit when it is unpacked is too large', async () => {
  const small = await gzipping(Buffer.from(HEALTHY));
  assert.equal((await client().sync(question(small))).proxies.length, 9);
  const bomb = await gzipping(Buffer.from(`[${' '.repeat(8 << 20)}]`));
  const reason = await askFailure(client(1 << 20).sync(question(bomb)));
  assert.equal(reason.code, 'too_large', reason.detail);
});

const soon = { names: [SERVER_NAME] };
const TLS_FAILURES: readonly (readonly [
  about: string,
  server: XdsServerOptions,
  question: { readonly name?: string; readonly ca?: string },
  detail: RegExp,
])[] = [
  [
    'another authority',
    { ca: makeCertificate('other CA') },
    {},
    /another authority than the CA file holds \(istiod\.caFile/,
  ],
  ['itself alone', { certificate: makeCertificate('istiod', undefined, [], soon) }, {}, /another authority/],
  [
    'its past',
    { certificate: makeCertificate('istiod', CA, [], { ...soon, endsMs: -1_000 }) },
    {},
    /not valid at this/,
  ],
  ['another name', {}, { name: 'istiod.istio-control.svc' }, /for another name; see istiod\.serverName/],
];
for (const [about, options, { name: serverName = SERVER_NAME }, detail] of TLS_FAILURES) {
  test(`an istiod whose certificate speaks for ${about} gets no token`, async () => {
    const server = await istiod({ [DEBUG]: debugBody(HEALTHY) }, options);
    const to = { address: server.address, serverName, namespace: 'istio-system' };
    const reason = await askFailure(client().sync(question(server.address, { to })));
    assert.equal(reason.code, 'tls', reason.detail);
    assert.match(reason.detail, detail);
    assert.deepEqual([server.seen, server.streams()], [[], 0]);
  });
}

/** Where a connection is taken, and nothing is ever said. */
async function listening(): Promise<string> {
  const mute: Server = createServer((socket) => void socket.on('error', () => undefined).resume());
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
  closes.push(() => new Promise((resolve) => mute.close(resolve)));
  const { port } = mute.address() as { readonly port: number };
  return `127.0.0.1:${port}`;
}

test('where nobody listens it is refused; where nobody speaks, a timeout that says what may stand in between', async () => {
  const mute = await listening();
  const [refused, silent] = await Promise.all([
    askFailure(client().sync(question('127.0.0.1:1'))),
    askFailure(client().sync(question(mute))),
  ]);
  assert.deepEqual([refused.code, silent.code], ['refused', 'timeout']);
  assert.match(silent.detail, /cannot connect to 127\.0\.0\.1:\d+: no sign of life/);
});

test('one connection serves many polls, each with a stream and a token of its own', async () => {
  const server = await istiod({ [DEBUG]: debugBody(HEALTHY) });
  const xds = client();
  await xds.sync(question(server.address, { token: 'one' }));
  const connected = server.connections();
  for (const token of ['two', 'three']) await xds.sync(question(server.address, { token }));
  assert.deepEqual([server.connections(), server.streams()], [connected, 3]);
  const tokens = new Set(server.seen.map(({ authorization }) => authorization));
  assert.deepEqual([...tokens], ['Bearer one', 'Bearer two', 'Bearer three']);
  xds.keep(new Set());
  await xds.sync(question(server.address));
  assert.ok(server.connections() > connected, 'an istiod that was forgotten is connected to anew');
});

test('a new authority is believed at once, and the old one no more', async () => {
  const server = await istiod({ [DEBUG]: debugBody(HEALTHY) });
  const xds = client();
  const old = Buffer.from(makeCertificate('old CA').cert);
  assert.equal((await askFailure(xds.sync(question(server.address, { ca: old })))).code, 'tls');
  await xds.sync(question(server.address));
  assert.equal((await askFailure(xds.sync(question(server.address, { ca: old })))).code, 'tls');
});

test('an istiod that comes back on its address is asked again at once, without a wait', async () => {
  const server = await istiod({ [DEBUG]: debugBody(HEALTHY) });
  const xds = client();
  await xds.sync(question(server.address));
  await server.stop();
  for (let n = 0; n < 5; n++) assert.notEqual((await askFailure(xds.sync(question(server.address)))).code, 'timeout');
  const again = await startXdsServer({ ca: CA, answers: { [DEBUG]: debugBody(HEALTHY) }, port: server.port });
  closes.push(() => again.stop());
  assert.equal((await xds.sync(question(server.address))).proxies.length, 9);
});

test('a connection that istiod ends under way is made anew once; one that it ends again is a failure', async () => {
  let cuts = 0;
  const server = await istiod({
    [DEBUG]: (stream, asked) => (cuts-- > 0 ? server.cut() : debugBody(HEALTHY)(stream, asked)),
  });
  const xds = client();
  await xds.sync(question(server.address));
  cuts = 1;
  assert.equal((await xds.sync(question(server.address))).proxies.length, 9);
  cuts = 2;
  const reason = await askFailure(xds.sync(question(server.address)));
  assert.match(`${reason.code}: ${reason.detail}`, /^truncated: .* closed the connection before its answer was whole$/);
  cuts = 0;
  assert.equal((await xds.sync(question(server.address))).proxies.length, 9);
});

for (const [about, code] of [
  ['is not ready', status.UNAVAILABLE],
  ['is asked too often', status.RESOURCE_EXHAUSTED],
] as const) {
  test(`an istiod that says it ${about} is left alone until the next poll`, async () => {
    const server = await istiod({ [DEBUG]: debugBody(HEALTHY) });
    const xds = client();
    await xds.sync(question(server.address));
    server.on(DEBUG, refusal(code, 'come back later'));
    assert.equal((await askFailure(xds.sync(question(server.address)))).code, 'refused');
    assert.equal(server.streams(), 2);
  });
}

/** What an ask fails with, and after how long. */
async function lateFailure(asked: Promise<unknown>) {
  const before = performance.now();
  const reason = await askFailure(asked);
  return { reason, tookMs: performance.now() - before };
}

test('the deadline is for all of it: what is asked anew on another connection has what is left', async () => {
  const server = await istiod({ [DEBUG]: debugBody(HEALTHY) });
  const xds = client();
  await xds.sync(question(server.address));
  server.on(DEBUG, () => {
    server.on(DEBUG, () => undefined);
    setTimeout(() => server.cut(), 2_500);
  });
  const { reason, tookMs } = await lateFailure(xds.sync(question(server.address, { deadlineMs: 3_500 })));
  assert.equal(server.streams(), 3);
  assert.match(`${reason.code}: ${reason.detail}`, /^timeout: .* whole within 3500 ms$/);
  // A deadline of its own would end at six seconds.
  assert.ok(tookMs < 5_500, `${tookMs} ms`);
});

test('a connection that nobody takes up is waited for no longer than the whole may take', async () => {
  const mute = await listening();
  const { reason, tookMs } = await lateFailure(client().sync(question(mute, { deadlineMs: 300 })));
  assert.match(`${reason.code}: ${reason.detail}`, /^timeout: .* did not answer xDS whole within 300 ms$/);
  assert.ok(tookMs < 30_000, `${tookMs} ms`);
});

test('a state of a megabyte is left out and counted; a message of endless fields is no message', async () => {
  const huge = clientConfigBytes({ node: { id: 'a.shop', metadata: { CLUSTER_ID: 'x'.repeat(2 << 20) } } });
  const server = await istiod({
    [DEBUG]: debugBody('404 page not found\n'),
    [STATUS]: clientConfigs([proxyOf('b.shop'), huge]),
  });
  const { proxies, skippedRows } = await client().sync(question(server.address));
  assert.deepEqual([proxies.map(({ name }) => name), skippedRows], [['b'], 1]);
  server.on(STATUS, (stream) => void stream.write(Buffer.alloc(1 << 20, Buffer.from([0x78, 0x01]))));
  assert.equal((await askFailure(client().sync(question(server.address)))).code, 'invalid');
});

test('gRPC is told once to write no lines of its own, not with each connection', async (t) => {
  const lines: string[] = [];
  setLogger({ error: (line: string) => void lines.push(line) });
  t.after(() => setLogger(console));
  const xds = client();
  experimental.log(logVerbosity.ERROR, 'one');
  setLogVerbosity(logVerbosity.ERROR);
  t.after(() => setLogVerbosity(logVerbosity.NONE));
  const server = await istiod({ [DEBUG]: debugBody(HEALTHY) });
  await xds.sync(question(server.address));
  experimental.log(logVerbosity.ERROR, 'two');
  assert.deepEqual(
    lines.map((line) => line.split(' ').at(-1)),
    ['two'],
  );
});

test('who gives up hears its own reason, and istiod that the stream is over', async () => {
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  const { promise: over, resolve: cancelled } = Promise.withResolvers<void>();
  const server = await istiod({
    [DEBUG]: (stream) => {
      stream.on('cancelled', () => cancelled());
      resolve();
    },
  });
  const stop = new AbortController();
  const rejected = assert.rejects(client().sync(question(server.address, { signal: stop.signal })), /enough/);
  await asked;
  stop.abort(new Error('enough'));
  await rejected;
  await over;
});
