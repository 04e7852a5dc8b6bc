import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { Answer, Route } from '../../../../src/sinks/http/answer.ts';
import { createDispatch } from '../../../../src/sinks/http/dispatch.ts';
import { createPlainHandler } from '../../../../src/sinks/http/plain-handler.ts';
import { limitAnswers } from '../../../../src/sinks/http/security/answer-limits.ts';
import type { UnreadLimits } from '../../../../src/sinks/http/security/unread-answers.ts';
import { type ConnectionLimits, type RunningServer, startServer } from '../../../../src/sinks/http/server.ts';
import { ask } from '../../../support/ask.ts';
import { recordLog } from '../../../support/record-log.ts';
import { until } from '../../../support/until.ts';

const TEXT: Answer = { status: 200, type: 'text/plain', body: 'here' };

interface Served {
  readonly routes?: readonly Route[];
  readonly limits?: Partial<ConnectionLimits>;
  readonly unread?: UnreadLimits;
}

async function serve(t: TestContext, { routes, limits = {}, unread }: Served = {}): Promise<RunningServer> {
  const dispatch = createDispatch(recordLog(), unread === undefined ? {} : { unread });
  const handler = createPlainHandler(routes ?? [{ path: '/', answer: () => TEXT }], dispatch);
  const server = await startServer(handler, { host: '127.0.0.1', port: 0, limits });
  t.after(() => server.close(0));
  return server;
}

async function open(t: TestContext, { address }: RunningServer): Promise<Socket> {
  const [host = '', port] = address.split(':');
  const socket = connect(Number(port), host);
  socket.on('error', () => {});
  t.after(() => socket.destroy());
  await once(socket, 'connect');
  return socket;
}

/** All that comes until the server ends it. */
async function untilClosed(socket: Socket): Promise<string> {
  let said = '';
  socket.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  // `once` would reject at a reset, which is one way to end it.
  await until(
    () => socket.closed,
    (isClosed) => isClosed,
    `the connection ends, after: ${said}`,
  );
  return said;
}

/** A connection that is turned away is no answer. */
function untilAnswered({ address }: RunningServer, what: string) {
  const status = async () => (await ask(address, '/').catch(() => undefined))?.status;
  return until(status, (told) => told === 200, what);
}

const HOST = 'Host: x\r\n';

test('headers that trickle in are cut off, and others are answered meanwhile', async (t) => {
  const server = await serve(t, { limits: { headersMs: 200, requestMs: 300 } });
  const slow = await open(t, server);
  slow.write(`GET / HTTP/1.1\r\n${HOST}`);
  const trickle = setInterval(() => slow.writable && slow.write('X-A: b\r\n'), 20);
  t.after(() => clearInterval(trickle));
  const said = untilClosed(slow);
  assert.equal((await ask(server.address, '/')).body, 'here');
  assert.match(await said, /^HTTP\/1\.1 408 /);
});

test('a body that trickles in is cut off, and was answered before', async (t) => {
  const server = await serve(t, { limits: { headersMs: 200, requestMs: 300 } });
  const slow = await open(t, server);
  slow.write(`POST / HTTP/1.1\r\n${HOST}Content-Length: 1000000\r\n\r\n`);
  assert.match(await untilClosed(slow), /^HTTP\/1\.1 405 [\s\S]*Connection: close/);
});

test('a body of any size is not read: the answer comes at once and the connection ends', async (t) => {
  const server = await serve(t);
  for (const method of ['POST', 'GET']) {
    const socket = await open(t, server);
    const said = untilClosed(socket);
    socket.write(`${method} / HTTP/1.1\r\n${HOST}Content-Length: 100000000000\r\n\r\n`);
    const piece = Buffer.alloc(64 * 1024);
    const flood = (): boolean => {
      while (socket.writable && socket.write(piece));
      return socket.writable;
    };
    socket.on('drain', flood);
    flood();
    assert.match(await said, method === 'GET' ? /^HTTP\/1\.1 200 / : /^HTTP\/1\.1 405 /);
    assert.ok(socket.bytesWritten < 64 * 1024 * 1024, `${socket.bytesWritten} bytes were taken`);
  }
});

test('a long target is refused', async (t) => {
  const server = await serve(t);
  assert.equal((await ask(server.address, `/?${'x'.repeat(20_000)}`)).status, 431);
});

test('a connection that says nothing is let go', async (t) => {
  const server = await serve(t, { limits: { headersMs: 100, requestMs: 150 } });
  const silent = await open(t, server);
  await untilClosed(silent);
});

test('connections beyond the most are turned away, and room that comes free is given', async (t) => {
  const server = await serve(t, { limits: { maxConnections: 3 } });
  const held = await Promise.all([open(t, server), open(t, server), open(t, server)]);
  await untilClosed(await open(t, server));
  held[0]?.destroy();
  await untilAnswered(server, 'the place that came free is given');
});

test('a client that does not read is cut off, and what it has not read counts until then', async (t) => {
  const large = { ...TEXT, body: Buffer.alloc(8 * 1024 * 1024, 'x') };
  const routes = [{ path: '/', answer: () => large }];
  const server = await serve(t, { routes, unread: { maxBytes: 12 * 1024 * 1024, maxMs: 300 } });
  const deaf = await open(t, server);
  deaf.pause();
  deaf.write(`GET / HTTP/1.1\r\n${HOST}\r\n`);
  await once(deaf, 'readable');
  const refused = await ask(server.address, '/');
  assert.deepEqual([refused.status, refused.headers['retry-after']], [503, '5']);
  // It is the server that ends it, and then there is room again.
  await untilAnswered(server, 'the room of the one that does not read is given');
});

test('only so many answers of a route are made at once; another route does not wait, nor does a probe', async (t) => {
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  let underWay = 0;
  let most = 0;
  const slow = async (): Promise<Answer> => {
    underWay += 1;
    most = Math.max(most, underWay);
    await held;
    underWay -= 1;
    return TEXT;
  };
  let refused = 0;
  const routes = limitAnswers(
    [
      { path: '/api/v1/slow', answer: slow },
      { path: '/metrics', answer: () => TEXT },
      { path: '/-/healthy', answer: () => TEXT },
    ],
    { atOnce: 2, waiting: 3 },
    () => {
      refused += 1;
    },
  );
  const server = await serve(t, { routes });
  t.after(() => release());
  const asked = Array.from({ length: 10 }, () => ask(server.address, '/api/v1/slow'));
  await until(
    () => refused,
    (count) => count === 5,
    'five of ten are refused',
  );
  assert.equal((await ask(server.address, '/metrics')).status, 200);
  assert.equal((await ask(server.address, '/-/healthy')).status, 200);
  release();
  const statuses = (await Promise.all(asked)).map(({ status }) => status).toSorted();
  assert.deepEqual(statuses, [...Array(5).fill(200), ...Array(5).fill(503)]);
  assert.equal(most, 2);
});

test('one client cannot hold every connection', async (t) => {
  const server = await serve(t, { limits: { maxOfOneClient: 2 } });
  const held = [await open(t, server), await open(t, server)];
  assert.equal(await untilClosed(await open(t, server)), '', 'the third is ended without a word');
  const [first] = held;
  first?.destroy();
  await once(first ?? assert.fail(), 'close');
  await untilAnswered(server, 'the place that was given back is taken');
});
