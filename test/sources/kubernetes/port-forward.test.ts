import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import fc from 'fast-check';
import type { KubeAccess } from '../../../src/sources/kubernetes/kube-access.ts';
import { KubeApiError } from '../../../src/sources/kubernetes/kube-api.ts';
import { createPortForward } from '../../../src/sources/kubernetes/port-forward.ts';
import type { PodPort, PodRequest, PortForward } from '../../../src/sources/pod-port.ts';
import {
  type Lead,
  type PortForwardServer,
  portFrame,
  startPortForwardServer,
  statusText,
} from '../../support/port-forward-server.ts';

const POD: PodPort = { namespace: 'shop', pod: 'cart-1', port: 15_000 };
const GET: PodRequest = { method: 'GET', path: '/hello?x=1', deadlineMs: 5_000, limitBytes: 1 << 20 };
const never = new AbortController().signal;

function accessTo(server: string, more: Partial<KubeAccess> = {}): KubeAccess {
  return {
    server,
    origin: 'a test',
    credentials: async () => ({ headers: { authorization: 'Bearer good' }, tls: {} }),
    renew: async () => {},
    ...more,
  };
}

async function failure(call: Promise<unknown>): Promise<KubeApiError> {
  const error = await call.then(
    () => assert.fail('it should have failed'),
    (cause: unknown) => cause,
  );
  assert.ok(error instanceof KubeApiError, String(error));
  return error;
}

const textOf = (chunks: readonly Uint8Array[]): string => Buffer.concat(chunks).toString();

/** A server in the pod that says what it was asked. */
let app: Server;
let appPort = 0;
before(async () => {
  app = createServer((request, response) => {
    if (request.url === '/half') {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('the first half');
      return void response.socket?.end();
    }
    if (request.url === '/huge') return void response.end(Buffer.alloc(5 << 20));
    if (request.url?.startsWith('/hang')) return void response.write('a beginning');
    response.end(`${request.method} ${request.url} of ${request.headers.host}`);
  });
  app.listen(0, '127.0.0.1');
  await once(app, 'listening');
  appPort = (app.address() as AddressInfo).port;
});
after(() => {
  app.closeAllConnections();
  app.close();
});

describe('port-forward', () => {
  let server: PortForwardServer;
  let ports: PortForward;
  beforeEach(async () => {
    server = await startPortForwardServer();
    server.lead('cart-1.shop', 15_000, { kind: 'tcp', port: appPort });
    ports = createPortForward({ access: accessTo(server.url), connectMs: 2_000 });
  });
  afterEach(() => server.stop());

  test('carries a request to the pod and its answer back, and closes behind it', async () => {
    const { status, chunks } = await ports.ask(POD, GET, never);
    assert.equal(status, 200);
    assert.equal(textOf(chunks), 'GET /hello?x=1 of localhost:15000');
    assert.equal(server.seen[0]?.headers.authorization, 'Bearer good');
    assert.equal(server.seen[0]?.headers['sec-websocket-protocol'], 'v4.channel.k8s.io');
    await server.allClosed();
  });

  test('posts', async () => {
    assert.match(textOf((await ports.ask(POD, { ...GET, method: 'POST' }, never)).chunks), /^POST/);
  });

  test('frames that hold nothing are passed over', async () => {
    const answer = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';
    const frames = [Buffer.from([0]), Buffer.from([1]), portFrame(0, 15_000), Buffer.from([0]), portFrame(1, 15_000)];
    const body = Buffer.concat([Buffer.from([0]), Buffer.from(answer)]);
    server.lead('cart-1.shop', 15_000, { kind: 'frames', frames: [...frames, body] });
    assert.equal(textOf((await ports.ask(POD, GET, never)).chunks), 'ok');
  });

  test('five megabytes come whole, and byte by byte the same', async () => {
    const { chunks } = await ports.ask(POD, { ...GET, path: '/huge', limitBytes: 5 << 20 }, never);
    assert.equal(Buffer.concat(chunks).equals(Buffer.alloc(5 << 20)), true);
  });

  test('a pod that sends faster than we read is held back', async () => {
    const sender = createTcpServer((socket) => {
      socket.on('error', () => {});
      socket.write(Buffer.alloc(64 << 20));
    }).listen(0, '127.0.0.1');
    await once(sender, 'listening');
    server.lead('cart-1.shop', 15_000, { kind: 'tcp', port: (sender.address() as AddressInfo).port });
    const stream = await ports.connect(POD, never);
    await once(stream, 'readable');
    assert.ok(stream.readableLength < 4 << 20, String(stream.readableLength));
    stream.destroy();
    await server.allClosed();
    sender.close();
  });

  test('a connection that the pod closes ends', async () => {
    const greeter = createTcpServer((socket) => socket.end('hello')).listen(0, '127.0.0.1');
    await once(greeter, 'listening');
    server.lead('cart-1.shop', 15_000, { kind: 'tcp', port: (greeter.address() as AddressInfo).port });
    const chunks: Uint8Array[] = [];
    for await (const chunk of await ports.connect(POD, never)) chunks.push(chunk as Uint8Array);
    assert.equal(textOf(chunks), 'hello');
    greeter.close();
  });

  test('credentials that are refused once are fetched anew', async () => {
    let token = 'old';
    const access = accessTo(server.url, {
      credentials: async () => ({ headers: { authorization: `Bearer ${token}` }, tls: {} }),
      renew: async () => {
        token = 'new';
      },
    });
    server.allow = (headers) => headers.authorization === 'Bearer new';
    const { status } = await createPortForward({ access }).ask(POD, GET, never);
    assert.equal(status, 200);
    assert.equal(server.seen.length, 2);
  });

  const forbidden = statusText(403, 'pods "cart-1" is forbidden: User "me" cannot create resource "pods/portforward"');
  const open = [portFrame(0, 15_000), portFrame(1, 15_000)];
  const errorText = (text: string): Uint8Array => Buffer.concat([Buffer.from([1]), Buffer.from(text)]);
  const cases: readonly (readonly [what: string, lead: Lead, code: string, words: RegExp])[] = [
    [
      'no right to it',
      { kind: 'status', status: 403, body: forbidden },
      'denied',
      /port 15000 of pod cart-1\.shop: HTTP 403 .*; grant get and create on pods\/portforward in namespace shop$/,
    ],
    [
      'credentials that are refused',
      { kind: 'status', status: 401, body: 'Unauthorized' },
      'denied',
      /401 Unauthorized; the credentials of the kubeconfig are not accepted/,
    ],
    [
      'no such pod',
      { kind: 'status', status: 404, body: statusText(404, 'pods "cart-1" not found') },
      'not_found',
      /pods "cart-1" not found; see kubectl -n shop get pod cart-1$/,
    ],
    [
      'a pod that is not scheduled',
      { kind: 'status', status: 400, body: statusText(400, 'pod cart-1 does not have a host assigned') },
      'invalid',
      /does not have a host assigned; the pod does not run: see kubectl -n shop get pod cart-1$/,
    ],
    [
      'a node that is not reached',
      {
        kind: 'status',
        status: 502,
        body: statusText(502, 'error dialing backend: dial tcp 10.0.0.7:10250: i/o timeout'),
      },
      'invalid',
      /i\/o timeout; the API server does not reach its node$/,
    ],
    [
      'a proxy that answers with its login page',
      { kind: 'status', status: 200, body: '<html>log in</html>', type: 'text/html' },
      'invalid',
      /HTTP 200; it did not switch to WebSocket, so a proxy or load balancer/,
    ],
    [
      'a proxy without WebSocket',
      { kind: 'status', status: 400, body: 'Upgrade request required' },
      'invalid',
      /WebSocket/,
    ],
    ['too many requests', { kind: 'status', status: 429, body: 'slow down' }, 'refused', /429 slow down/],
    ['another protocol', { kind: 'other_protocol' }, 'invalid', /subprotocol.*WebSocket/],
    [
      'a port that nothing listens on',
      { kind: 'tcp', port: 1 },
      'refused',
      /^nothing listens on port 15000 of pod cart-1\.shop \(.*refused/,
    ],
    [
      'words on the error channel',
      {
        kind: 'frames',
        frames: [...open, errorText('error forwarding port 15000 to pod cart-1, uid 7: no such container\n\u001b[31m')],
      },
      'refused',
      /^cannot forward port 15000 of pod cart-1\.shop: no such container \[31m$/,
    ],
    [
      'an error channel that says nothing',
      { kind: 'frames', frames: [...open, errorText('')], close: 1000 },
      'refused',
      /without an answer/,
    ],
    ['a close without an answer', { kind: 'frames', frames: open, close: 1000 }, 'refused', /without an answer/],
    ['a close for an error of the server', { kind: 'frames', frames: open, close: 1011 }, 'truncated', /was cut/],
    ['a cut before the answer', { kind: 'frames', frames: open, close: 1006 }, 'truncated', /was cut/],
    ['another port', { kind: 'frames', frames: [portFrame(0, 80)] }, 'invalid', /not of the protocol/],
    ['a frame without a port', { kind: 'frames', frames: [Buffer.from([0, 1])] }, 'invalid', /not of the protocol/],
    ['an empty frame', { kind: 'frames', frames: [Buffer.alloc(0)] }, 'invalid', /not of the protocol/],
    ['another channel', { kind: 'frames', frames: [portFrame(2, 15_000)] }, 'invalid', /not of the protocol/],
    ['text', { kind: 'frames', frames: ['hello'] }, 'invalid', /not of the protocol/],
    [
      'what is not HTTP',
      { kind: 'frames', frames: [...open, Buffer.concat([Buffer.from([0]), Buffer.from('SSH-2.0-OpenSSH\r\n')])] },
      'invalid',
      /does not answer in HTTP/,
    ],
    ['silence before the switch', { kind: 'silent' }, 'timeout', /no answer of the API server within 500 ms/],
  ];
  for (const [what, lead, code, words] of cases) {
    test(`says what is wrong: ${what}`, async () => {
      server.lead('cart-1.shop', 15_000, lead);
      const { reason } = await failure(
        createPortForward({ access: accessTo(server.url), connectMs: 500 }).ask(POD, GET, never),
      );
      assert.match(reason.detail, words);
      assert.equal(reason.code, code);
      await server.allClosed();
    });
  }

  const midway: readonly (readonly [
    what: string,
    lead: Partial<Lead>,
    request: Partial<PodRequest>,
    code: string,
    words: RegExp,
  ])[] = [
    [
      'an answer that is cut',
      { cutAfterBytes: 100_000 },
      { path: '/huge', limitBytes: 5 << 20 },
      'truncated',
      /was cut/,
    ],
    ['an answer that ends too early', {}, { path: '/half' }, 'truncated', /was cut/],
    ['an answer that is too large', {}, { path: '/huge' }, 'too_large', /more than 1048576 bytes/],
    [
      'an answer that stops',
      {},
      { path: '/hang?secret=1', deadlineMs: 300 },
      'timeout',
      /did not answer \/hang whole within 300 ms/,
    ],
  ];
  for (const [what, lead, request, code, words] of midway) {
    test(`says what is wrong in the middle: ${what}`, async () => {
      server.lead('cart-1.shop', 15_000, { kind: 'tcp', port: appPort, ...lead } as Lead);
      const { reason } = await failure(ports.ask(POD, { ...GET, ...request }, never));
      assert.equal(reason.code, code);
      assert.match(reason.detail, words);
      await server.allClosed();
    });
  }

  for (const path of ['/hang', '/hello'] as const) {
    test(`gives up when the caller does (${path})`, async () => {
      const stop = new AbortController();
      if (path === '/hello') server.lead('cart-1.shop', 15_000, { kind: 'silent' });
      const asked = ports.ask(POD, { ...GET, path }, stop.signal);
      const rejected = assert.rejects(asked, /enough/);
      while (server.seen.length === 0) await new Promise(setImmediate);
      stop.abort(new Error('enough'));
      await rejected;
      await server.allClosed();
    });
  }

  const answers: readonly (readonly [what: string, answer: string, code: string])[] = [
    ['switches protocols', 'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n', 'refused'],
    ['has a header without end', `HTTP/1.1 200 OK\r\nx: ${'a'.repeat(100_000)}`, 'invalid'],
    ['has a length that is none', 'HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n', 'invalid'],
    ['has a chunk that is none', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n', 'truncated'],
    ['promises to go on', 'HTTP/1.1 100 Continue\r\n\r\n', 'refused'],
  ];
  for (const [what, answer, code] of answers) {
    test(`says what is wrong with an answer that ${what}`, async () => {
      const body = Buffer.concat([Buffer.from([0]), Buffer.from(answer)]);
      server.lead('cart-1.shop', 15_000, { kind: 'frames', frames: [...open, body], close: 1000 });
      const { reason } = await failure(ports.ask(POD, GET, never));
      assert.equal(reason.code, code, reason.detail);
      await server.allClosed();
    });
  }

  test('whatever comes, an answer or a reason follows', async () => {
    const head = 'HTTP/1.1 200 OK\r\n\r\n';
    const payload = fc.oneof(
      fc.uint8Array({ maxLength: 20 }),
      fc.constantFrom(Buffer.from(head), portFrame(0, 15_000).subarray(1), Buffer.from('x')),
    );
    const frame = fc.oneof(
      fc
        .tuple(fc.integer({ min: 0, max: 2 }), payload)
        .map(([channel, bytes]) => Buffer.concat([[channel], bytes].map((each) => Buffer.from(each as Uint8Array)))),
      fc.constantFrom(...open),
      fc.string({ maxLength: 5 }),
    );
    const close = fc.constantFrom(1000, 1001, 1006, 1011);
    await fc.assert(
      fc.asyncProperty(fc.array(frame, { maxLength: 6 }), close, async (frames, code) => {
        server.lead('cart-1.shop', 15_000, { kind: 'frames', frames, close: code });
        const settled = await ports.ask(POD, GET, never).then(
          ({ status }) => status === 200,
          (error: unknown) => error instanceof KubeApiError && error.reason.code !== 'timeout',
        );
        assert.equal(settled, true);
      }),
      { numRuns: 150 },
    );
    await server.allClosed();
  });

  test('says that nobody is there', async () => {
    await server.stop();
    const { reason } = await failure(ports.ask(POD, GET, never));
    assert.equal(reason.code, 'refused');
    assert.match(reason.detail, /^cannot forward port 15000 of pod cart-1\.shop: connect ECONNREFUSED/);
    server = await startPortForwardServer();
  });
});
