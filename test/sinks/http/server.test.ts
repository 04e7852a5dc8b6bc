import assert from 'node:assert/strict';
import { request as httpRequest, type IncomingHttpHeaders, type RequestOptions } from 'node:http';
import { connect, type Server, type Socket } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { createDispatch } from '../../../src/sinks/http/dispatch.ts';
import { createExpressHandler } from '../../../src/sinks/http/express-handler.ts';
import { createPlainHandler } from '../../../src/sinks/http/plain-handler.ts';
import { createRoutes, type RouteOptions } from '../../../src/sinks/http/routes.ts';
import { ListenError, type RunningServer, startServer } from '../../../src/sinks/http/server.ts';
import { recordLog } from '../../support/record-log.ts';

interface Got {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Node's plain client: nothing is followed, unpacked or normalised. */
function get(address: string, path: string, options: RequestOptions = {}, body?: string): Promise<Got> {
  const [, host = '', port] = /^\[?(.*?)\]?:(\d+)$/.exec(address) ?? [];
  return new Promise((resolve, reject) => {
    const asked = httpRequest({ host, port, path, agent: false, ...options }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }),
      );
      response.on('error', reject);
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

/** Whatever is asked for: nothing inline, nothing from elsewhere, no frame around it, nothing kept. */
function assertSafe(headers: IncomingHttpHeaders): void {
  const rules = String(headers['content-security-policy']).split('; ');
  for (const rule of ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'"])
    assert.ok(rules.includes(rule), rule);
  assert.doesNotMatch(rules.join(' '), /unsafe|script-src|\*/);
  const { 'x-frame-options': frame, 'referrer-policy': referrer, 'cache-control': cache } = headers;
  assert.deepEqual([frame, referrer, cache], ['DENY', 'no-referrer', 'no-store']);
  assert.equal(headers['cross-origin-resource-policy'], 'same-origin');
}

const SCRAPE = `${'# a scrape of more than a kilobyte\n'.repeat(40)}`;
const HANDLERS = { express: createExpressHandler, plain: createPlainHandler };

for (const [name, createHandler] of Object.entries(HANDLERS)) {
  describe(`routed by ${name}`, () => {
    const log = recordLog();
    const dispatch = createDispatch(log);
    let withheld: string | undefined;
    let pending: string[] = [];
    let scrape = async (): ReturnType<RouteOptions['scrape']> => {
      const parts = [Buffer.from(SCRAPE.slice(0, 500)), Buffer.from(SCRAPE.slice(500))];
      return { parts, gzipped: async () => [gzipSync(Buffer.concat(parts))] };
    };
    const routes = createRoutes({
      version: '1.2.3<b>',
      telemetryPath: '/metrics',
      scrape: () => scrape(),
      withheld: () => withheld,
      pending: () => pending,
      api: {
        status: { about: 'how the exporter fares', document: () => ({ up: true }) },
        proxies: { about: 'every proxy', document: async () => Buffer.from('{"proxies":[]}\n') },
      },
    });
    let server: RunningServer;
    before(async () => {
      server = await startServer(createHandler(routes, dispatch), { host: '127.0.0.1', port: 0 });
    });
    after(() => server.close(1000));

    const SERVED: readonly (readonly [string, number, string, RegExp])[] = [
      ['/', 200, 'text/html; charset=utf-8', /<a href="\.\/metrics">/],
      ['/metrics', 200, 'text/plain; version=0.0.4; charset=utf-8', /^# a scrape/],
      ['/-/healthy', 200, 'text/plain; charset=utf-8', /^healthy\n$/],
      ['/-/ready', 200, 'text/plain; charset=utf-8', /^ready\n$/],
      ['/livez', 200, 'text/plain; charset=utf-8', /^healthy\n$/],
      ['/healthz', 200, 'text/plain; charset=utf-8', /^healthy\n$/],
      ['/readyz', 200, 'text/plain; charset=utf-8', /^ready\n$/],
      ['/api/v1/status', 200, 'application/json; charset=utf-8', /^\{"up":true\}\n$/],
      ['/api/v1/proxies', 200, 'application/json; charset=utf-8', /^\{"proxies":\[\]\}\n$/],
      ['/metrics?x=1', 200, 'text/plain; version=0.0.4; charset=utf-8', /^# a scrape/],
      ['/metrics/', 404, 'text/plain; charset=utf-8', /nothing is served/],
      ['/Metrics', 404, 'text/plain; charset=utf-8', /nothing is served/],
      [
        '/api/v1/nothing',
        404,
        'application/json; charset=utf-8',
        /^\{"error":"nothing is served at this path; \/ lists what is"\}\n$/,
      ],
      ['/%E0%A4%A', 404, 'text/plain; charset=utf-8', /nothing is served/],
      ['/..%2f..%2fetc/passwd', 404, 'text/plain; charset=utf-8', /nothing is served/],
      ['/__proto__', 404, 'text/plain; charset=utf-8', /nothing is served/],
    ];
    for (const [path, status, type, body] of SERVED) {
      test(`GET ${path}`, async () => {
        const got = await get(server.address, path);
        assert.equal(got.status, status);
        assert.equal(got.headers['content-type'], type);
        assert.equal(got.headers['content-length'], String(got.body.byteLength));
        assert.equal(got.headers['x-content-type-options'], 'nosniff');
        assertSafe(got.headers);
        assert.equal(got.headers['x-powered-by'], undefined);
        assert.equal(got.headers.etag, undefined);
        assert.match(got.body.toString(), body);
      });
      test(`HEAD ${path} is GET without its body`, async () => {
        const [head, whole] = [await get(server.address, path, { method: 'HEAD' }), await get(server.address, path)];
        assert.equal(head.status, status);
        assert.equal(head.body.byteLength, 0);
        assert.equal(head.headers['content-length'], whole.headers['content-length']);
      });
    }

    test('gzip for those who ask for it, and only for them', async () => {
      for (const [asked, packed] of [
        ['gzip', true],
        ['br, gzip;q=0.5', true],
        ['*', true],
        ['gzip;q=0', false],
        ['br', false],
        ['', false],
      ] as const) {
        const got = await get(server.address, '/metrics', { headers: { 'accept-encoding': asked } });
        assert.equal(got.headers['content-encoding'], packed ? 'gzip' : undefined, asked);
        assert.equal(got.headers.vary, 'Accept-Encoding');
        assert.equal((packed ? gunzipSync(got.body) : got.body).toString(), SCRAPE);
      }
    });

    test('a scrape is withheld with 503 and the reason', async () => {
      withheld = 'catching up with the logs';
      const got = await get(server.address, '/metrics');
      withheld = undefined;
      assert.deepEqual([got.status, got.body.toString()], [503, 'catching up with the logs\n']);
      assert.equal(got.headers['retry-after'], '5');
    });

    test('not ready names what is waited for; healthy does not care', async () => {
      pending = ['istiod', 'kubernetes'];
      const [ready, healthy, page] = await Promise.all(
        ['/-/ready', '/-/healthy', '/'].map((path) => get(server.address, path)),
      );
      pending = [];
      assert.deepEqual([ready?.status, ready?.body.toString()], [503, 'not ready: waiting for istiod, kubernetes\n']);
      assert.equal(healthy?.status, 200);
      assert.match(page?.body.toString() ?? '', /waiting for istiod, kubernetes/);
    });

    test('an error of ours is told in the log, not to the caller', async () => {
      const sound = scrape;
      scrape = async () => Promise.reject(new Error('secret inside'));
      const got = await get(server.address, '/metrics');
      scrape = sound;
      assert.deepEqual([got.status, got.body.toString()], [500, 'internal error; the log says more\n']);
      const [line] = log.lines;
      assert.equal(line?.fields['route'], '/metrics');
      assert.match(String(line?.fields['err']), /secret inside/);
    });

    test('other methods get 405, in JSON for the API', async () => {
      const post = await get(server.address, '/metrics', { method: 'POST' }, 'x');
      assert.deepEqual([post.status, post.headers.allow, post.headers.connection], [405, 'GET, HEAD', 'close']);
      const remove = await get(server.address, '/api/v1/status', { method: 'DELETE' });
      assert.deepEqual([remove.status, remove.body.toString()], [405, '{"error":"only GET and HEAD are served"}\n']);
    });

    test('the page escapes what it shows and allows its own style only', async () => {
      const got = await get(server.address, '/');
      assert.match(got.body.toString(), /meshladder 1\.2\.3&lt;b&gt;/);
      assert.match(String(got.headers['content-security-policy']), /^default-src 'none'; style-src 'sha256-/);
    });

    test('a header too large and bytes that are no HTTP are refused, and the server lives on', async () => {
      const large = await get(server.address, '/', { headers: { 'x-large': 'x'.repeat(20_000) } });
      assert.equal(large.status, 431);
      const said = await raw(server.address, '\u0000\u0001nonsense\r\n\r\n');
      assert.match(said, /^HTTP\/1\.1 400/);
      assert.equal((await get(server.address, '/-/healthy')).status, 200);
    });
  });
}

function raw(address: string, bytes: string): Promise<string> {
  const [host = '', port = ''] = address.split(':');
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), host, () => socket.end(bytes));
    let said = '';
    socket.on('data', (chunk) => {
      said += String(chunk);
    });
    socket.on('close', () => resolve(said));
    socket.on('error', reject);
  });
}

test('closing lets an answer under way finish and closes its connection', async () => {
  const dispatch = createDispatch(recordLog());
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const slow = {
    path: '/slow',
    answer: async () => {
      begin();
      await held;
      return { status: 200, type: 'text/plain', body: 'done' };
    },
  };
  const server = await startServer(createPlainHandler([slow], dispatch), { host: '127.0.0.1', port: 0 });
  const answer = get(server.address, '/slow', { headers: { connection: 'keep-alive' } });
  await begun;
  dispatch.stop();
  const closed = server.close(60_000);
  release();
  const got = await answer;
  assert.deepEqual([got.body.toString(), got.headers.connection], ['done', 'close']);
  const before = performance.now();
  await closed;
  assert.ok(performance.now() - before < 30_000);
});

test('closing cuts a connection that does not end within the grace period', async () => {
  const never = { path: '/never', answer: () => new Promise<never>(() => {}) };
  const server = await startServer(createPlainHandler([never], createDispatch(recordLog())), {
    host: '127.0.0.1',
    port: 0,
  });
  const answer = assert.rejects(get(server.address, '/never'));
  await get(server.address, '/elsewhere');
  await server.close(50);
  await answer;
});

test('a connection that cannot be accepted ends neither the server nor the process', async (t) => {
  const refused: string[] = [];
  const server = await startServer(
    ({ socket }, response) => {
      const { server: own } = socket as Socket & { readonly server: Server };
      own.emit('error', Object.assign(new Error('accept EMFILE'), { code: 'EMFILE', syscall: 'accept' }));
      response.end('here');
    },
    { host: '127.0.0.1', port: 0, onRefused: ({ message }) => refused.push(message) },
  );
  t.after(() => server.close(0));
  for (let nth = 0; nth < 2; nth++) assert.equal((await get(server.address, '/')).body.toString(), 'here');
  assert.deepEqual(refused, ['accept EMFILE', 'accept EMFILE']);
});

test('an address that cannot be had is a clear error', async () => {
  const server = await startServer(createPlainHandler([], createDispatch(recordLog())), { host: '127.0.0.1', port: 0 });
  const port = Number(server.address.split(':')[1]);
  const again = startServer(createPlainHandler([], createDispatch(recordLog())), { host: '127.0.0.1', port });
  await assert.rejects(again, (error) => {
    assert.ok(error instanceof ListenError);
    assert.equal(
      error.message,
      `127.0.0.1:${port} is taken by another program; stop it, or choose another with --web.listen-address`,
    );
    return true;
  });
  await server.close(100);
  const elsewhere = startServer(createPlainHandler([], createDispatch(recordLog())), { host: '192.0.2.1', port: 0 });
  await assert.rejects(elsewhere, /192\.0\.2\.1:0 is no address of this machine/);
});
