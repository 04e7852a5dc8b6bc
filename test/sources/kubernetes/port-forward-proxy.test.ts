import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { makeCertificate } from '../../../src/demo/tls/certificate.ts';
import type { KubeAccess, TlsMaterial } from '../../../src/sources/kubernetes/kube-access.ts';
import { KubeApiError } from '../../../src/sources/kubernetes/kube-api.ts';
import { createPortForward } from '../../../src/sources/kubernetes/port-forward.ts';
import type { PodPort, PodRequest } from '../../../src/sources/pod-port.ts';
import { type PortForwardServer, startPortForwardServer } from '../../support/port-forward-server.ts';

const POD: PodPort = { namespace: 'shop', pod: 'cart-1', port: 15_000 };
const GET: PodRequest = { method: 'GET', path: '/', deadlineMs: 5_000, limitBytes: 1 << 20 };
const never = new AbortController().signal;
const authority = makeCertificate('the test authority');
const serverPair = makeCertificate('127.0.0.1', authority);
const clientPair = makeCertificate('the test client', authority);

/** A proxy that connects, or does what else it is told. */
interface TestProxy {
  readonly url: string;
  readonly asked: IncomingMessage[];
  answer: (request: IncomingMessage, socket: Socket) => void;
  stop(): Promise<void>;
}

async function startProxy(): Promise<TestProxy> {
  const asked: IncomingMessage[] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer();
  const proxy: TestProxy = { url: '', asked, answer: tunnel, stop };
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  });
  server.on('connect', (request: IncomingMessage, socket: Socket) => {
    asked.push(request);
    proxy.answer(request, socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  async function stop(): Promise<void> {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  }
  return Object.assign(proxy, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

function tunnel(request: IncomingMessage, socket: Socket): void {
  const { hostname, port } = new URL(`http://${request.url}`);
  const target = connect(Number(port), hostname, () => {
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    target.pipe(socket).pipe(target);
  });
  target.on('error', () => socket.destroy());
}

function accessTo(server: string, tls: TlsMaterial, proxyUrl?: string): KubeAccess {
  return {
    server,
    origin: 'a test',
    ...(proxyUrl !== undefined && { proxyUrl }),
    credentials: async () => ({ headers: {}, tls }),
    renew: async () => {},
  };
}

async function reasonOf(access: KubeAccess) {
  const asked = createPortForward({ access, connectMs: 500 }).ask(POD, GET, never);
  const error = await asked.then(
    () => assert.fail('it should have failed'),
    (cause: unknown) => cause,
  );
  assert.ok(error instanceof KubeApiError, String(error));
  return error.reason;
}

let app: Server;
before(async () => {
  app = createServer((_request, response) => response.end('hello')).listen(0, '127.0.0.1');
  await once(app, 'listening');
});
after(() => app.close());

for (const scheme of ['http', 'https'] as const) {
  describe(`port-forward to an API server that speaks ${scheme}`, () => {
    let server: PortForwardServer;
    let proxy: TestProxy;
    const trust: TlsMaterial = scheme === 'http' ? {} : { ca: authority.cert };
    beforeEach(async () => {
      const { cert, key } = serverPair;
      const tls = { cert, key, ca: authority.cert, requestCert: true, rejectUnauthorized: false };
      server = await startPortForwardServer(scheme === 'http' ? undefined : tls);
      server.lead('cart-1.shop', 15_000, { kind: 'tcp', port: (app.address() as AddressInfo).port });
      proxy = await startProxy();
    });
    afterEach(() => Promise.all([server.stop(), proxy.stop()]));

    for (const through of ['directly', 'through a proxy']) {
      test(`works ${through}`, async () => {
        const access = accessTo(server.url, trust, through === 'directly' ? undefined : proxy.url);
        const { status, chunks } = await createPortForward({ access }).ask(POD, GET, never);
        assert.deepEqual([status, Buffer.concat(chunks).toString()], [200, 'hello']);
        assert.deepEqual(
          proxy.asked.map(({ url }) => url),
          through === 'directly' ? [] : [new URL(server.url).host],
        );
        await server.allClosed();
      });
    }

    test('logs in at the proxy, and not at the API server', async () => {
      const access = accessTo(server.url, trust, proxy.url.replace('//', '//me:s%40cret@'));
      await createPortForward({ access }).ask(POD, GET, never);
      const login = `Basic ${Buffer.from('me:s@cret').toString('base64')}`;
      assert.equal(proxy.asked[0]?.headers['proxy-authorization'], login);
      assert.equal(server.seen[0]?.headers['proxy-authorization'], undefined);
    });

    const faults: readonly (readonly [what: string, answer: TestProxy['answer'], code: string, words: RegExp])[] = [
      [
        'refuses',
        (_request, socket) => socket.end('HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n'),
        'refused',
        /the proxy 127\.0\.0\.1:\d+ does not connect us with the API server: HTTP 407/,
      ],
      ['is silent', () => {}, 'timeout', /the proxy 127\.0\.0\.1:\d+ did not answer within 500 ms/],
      ['hangs up', (_request, socket) => socket.destroy(), 'refused', /the proxy .* ECONNRESET/],
      [
        'connects and then cuts',
        (_request, socket) => {
          socket.write('HTTP/1.1 200 OK\r\n\r\n');
          socket.once('data', () => socket.destroy());
        },
        'refused',
        /^cannot forward port 15000 of pod cart-1\.shop: /,
      ],
    ];
    for (const [what, answer, code, words] of faults) {
      test(`a proxy that ${what} is named`, async () => {
        proxy.answer = answer;
        const reason = await reasonOf(accessTo(server.url, trust, proxy.url.replace('//', '//me:hush@')));
        assert.match(reason.detail, words);
        assert.equal(reason.code, code);
        assert.doesNotMatch(reason.detail, /hush/);
      });
    }
  });
}

describe('TLS', () => {
  let server: PortForwardServer;
  let name: string | string[] | undefined;
  beforeEach(async () => {
    const { cert, key } = serverPair;
    server = await startPortForwardServer({
      cert,
      key,
      ca: authority.cert,
      requestCert: true,
      rejectUnauthorized: false,
    });
    server.lead('cart-1.shop', 15_000, { kind: 'tcp', port: (app.address() as AddressInfo).port });
    name = undefined;
    server.onUpgrade = (request) => {
      name = (request.socket as TLSSocket).getPeerCertificate().subject?.CN;
    };
  });
  afterEach(() => server.stop());

  test('shows our certificate', async () => {
    const { cert, key } = clientPair;
    const access = accessTo(server.url, { ca: authority.cert, cert, key });
    assert.equal((await createPortForward({ access }).ask(POD, GET, never)).status, 200);
    assert.equal(name, 'the test client');
  });

  test('trusts nobody else', async () => {
    const reason = await reasonOf(accessTo(server.url, { ca: makeCertificate('another').cert }));
    assert.equal(reason.code, 'tls');
    assert.match(reason.detail, /^cannot forward port 15000 of pod cart-1\.shop: /);
    assert.equal(server.seen.length, 0);
  });

  test('trusts anybody where the kubeconfig says so', async () => {
    const access = accessTo(server.url, { rejectUnauthorized: false });
    assert.equal((await createPortForward({ access }).ask(POD, GET, never)).status, 200);
  });
});
