import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { KubeAccess } from '../../../src/sources/kubernetes/kube-access.ts';
import type { KubeApiError, ListPage } from '../../../src/sources/kubernetes/kube-api.ts';
import {
  createKubeApi,
  type KubeApiClient,
  type KubeApiOptions,
} from '../../../src/sources/kubernetes/kube-api-client.ts';
import {
  type FakeKubeApi,
  hangUp,
  json,
  plain,
  silence,
  startFakeKubeApi,
  status,
} from '../../support/fake-kube-api.ts';

const PODS = '/api/v1/pods';
const signal = new AbortController().signal;

function accessTo(server: string, token: () => string = () => 'good'): KubeAccess & { renewals: number } {
  return {
    server,
    origin: 'a test',
    renewals: 0,
    credentials: async () => ({ headers: { authorization: `Bearer ${token()}` }, tls: {} }),
    async renew() {
      this.renewals += 1;
    },
  };
}

async function failure(call: Promise<unknown>): Promise<KubeApiError> {
  const error = await call.then(
    () => assert.fail('it should have failed'),
    (cause: unknown) => cause as KubeApiError,
  );
  assert.equal(error.name, 'KubeApiError', String(error));
  return error;
}

async function pagesOf(pages: AsyncIterable<ListPage>): Promise<ListPage[]> {
  const all: ListPage[] = [];
  for await (const page of pages) all.push(page);
  return all;
}

async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all).toString();
}

const names = (pages: readonly ListPage[]): unknown[] =>
  pages.map((page) => page.items.map((item) => (item['metadata'] as { name: string }).name).join(','));

const pod = (name: string) => ({ metadata: { name, namespace: 'payment' } });
const page = (items: string[], more?: string) =>
  json({ metadata: { resourceVersion: '7', ...(more !== undefined && { continue: more }) }, items: items.map(pod) });

describe('kube API client', () => {
  let server: FakeKubeApi;
  let api: KubeApiClient;

  const connect = (options: Partial<KubeApiOptions> = {}): KubeApiClient =>
    createKubeApi({ access: accessTo(server.url), ...options });

  beforeEach(async () => {
    server = await startFakeKubeApi();
    api = connect();
  });
  afterEach(async () => {
    await api.close();
    await server.stop();
  });

  describe('get', () => {
    it('says who it is and what it takes', async () => {
      server.always('/apis', json({ groups: [] }));
      assert.deepEqual(await api.get('/apis', signal), { groups: [] });
      const { headers } = server.requests[0]!;
      assert.equal(headers.authorization, 'Bearer good');
      assert.equal(headers['user-agent'], 'meshladder');
      assert.equal(headers.accept, 'application/json, */*');
    });

    it('keeps the path of a server that has one', async () => {
      server.always('/k8s/clusters/c-1/apis', json({ groups: [] }));
      const behind = connect({ access: accessTo(`${server.url}/k8s/clusters/c-1`) });
      assert.deepEqual(await behind.get('/apis', signal), { groups: [] });
      await behind.close();
    });

    const statuses = [
      { code: 401, reason: 'denied' },
      { code: 403, reason: 'denied' },
      { code: 404, reason: 'not_found' },
      { code: 400, reason: 'invalid' },
      { code: 410, reason: 'invalid' },
      { code: 500, reason: 'invalid' },
      { code: 504, reason: 'invalid' },
    ];
    for (const { code, reason } of statuses) {
      it(`calls ${code} ${reason}, in the server's words`, async () => {
        server.always(PODS, status(code, `words of ${code}`));
        const error = await failure(api.get(PODS, signal));
        assert.equal(error.reason.code, reason);
        assert.equal(error.status, code);
        assert.match(error.message, new RegExp(`GET /api/v1/pods: HTTP ${code} words of ${code}$`));
      });
    }

    it('knows an absent kind by its plain 404', async () => {
      const error = await failure(api.get('/apis/gateway.networking.k8s.io', signal));
      assert.deepEqual(error.reason, {
        code: 'not_found',
        detail: 'GET /apis/gateway.networking.k8s.io: HTTP 404 404 page not found',
      });
    });

    it('honours Retry-After', async () => {
      server.always(PODS, plain(429, 'Too many requests, please try again later.', { 'retry-after': '3' }));
      const error = await failure(api.get(PODS, signal));
      assert.equal(error.reason.code, 'refused');
      assert.equal(error.retryAfterMs, 3000);
    });

    it('does not believe a Retry-After of a day, or of a word', async () => {
      server.next(PODS, plain(503, 'later', { 'retry-after': '86400' }));
      assert.equal((await failure(api.get(PODS, signal))).retryAfterMs, 300_000);
      server.next(PODS, plain(503, 'later', { 'retry-after': 'soon' }));
      assert.equal((await failure(api.get(PODS, signal))).retryAfterMs, undefined);
    });

    it('takes no page of a proxy for an answer', async () => {
      server.next(PODS, (_request, response) => response.end('<html>Please log in</html>'));
      assert.match((await failure(api.get(PODS, signal))).message, /the answer is not JSON/);
      server.next(PODS, json(['a', 'list']));
      assert.match((await failure(api.get(PODS, signal))).message, /the answer is no object/);
      server.next(PODS, (_request, response) => response.writeHead(302, { location: '/login' }).end());
      assert.match((await failure(api.get(PODS, signal))).message, /HTTP 302/);
    });

    it('repeats no token and no control character of an error message', async () => {
      const token = 'eyJhbGciOiJSUzI1NiIsImtpZCI6IkZha2UifQ.eyJzdWIiOiJ4In0.c2lnbmF0dXJl';
      server.always(PODS, status(500, `bad header ${token}\n\u001b[31mred ${'long words '.repeat(100)}`));
      const { message } = await failure(api.get(PODS, signal));
      assert.ok(!message.includes('eyJhbGci'), message);
      assert.ok(!message.includes('\n') && !message.includes('\u001b'), message);
      assert.ok(message.length < 300, `${message.length}`);
    });

    it('tells a hang-up before the answer from one in the middle of it', async () => {
      server.next(PODS, hangUp);
      assert.equal((await failure(api.get(PODS, signal))).reason.code, 'refused');
      server.next(PODS, (_request, response) => {
        response.writeHead(200, { 'content-length': '1000' });
        response.write('{"items":[', () => response.destroy());
      });
      assert.equal((await failure(api.get(PODS, signal))).reason.code, 'truncated');
    });

    it('says refused where nobody listens', async () => {
      await server.stop();
      const error = await failure(api.get(PODS, signal));
      assert.equal(error.reason.code, 'refused');
      assert.match(error.message, /ECONNREFUSED/);
      server = await startFakeKubeApi();
    });

    it('does not wait for ever: no headers, no body, a body in drops', async () => {
      const timeouts = { headersMs: 150, bodyMs: 150, callMs: 400 };
      const hasty = connect({ timeouts });
      server.next(PODS, silence);
      assert.equal((await failure(hasty.get(PODS, signal))).reason.code, 'timeout');
      server.next(PODS, (_request, response) => response.writeHead(200).write('{'));
      assert.equal((await failure(hasty.get(PODS, signal))).reason.code, 'timeout');
      let drops: NodeJS.Timeout | undefined;
      server.next(PODS, (_request, response) => {
        response.writeHead(200);
        drops = setInterval(() => response.write(' '), 50);
      });
      const error = await failure(hasty.get(PODS, signal));
      clearInterval(drops);
      assert.equal(error.reason.code, 'timeout');
      await hasty.close();
    });

    it('reads no answer larger than its limit', async () => {
      const small = connect({ maxAnswerBytes: 1000 });
      server.always('/apis', json({ groups: 'x'.repeat(2000) }));
      const { reason } = await failure(small.get('/apis', signal));
      assert.deepEqual(reason, { code: 'too_large', limitBytes: 1000, detail: 'GET /apis: over 1000 bytes' });
      await small.close();
    });

    it('gives the reason of the abort, and leaves nothing open', async () => {
      const stop = new AbortController();
      server.always(PODS, silence);
      const call = api.get(PODS, stop.signal);
      await server.seen(({ path }) => path === PODS);
      stop.abort(new Error('we stop'));
      await assert.rejects(call, /we stop/);
      await server.allClosed();
    });

    it('shares connections among calls that follow each other', async () => {
      server.always(PODS, page([]));
      for (let call = 0; call < 20; call += 1) await api.get(PODS, signal);
      assert.ok(server.openConnections() <= 2, `${server.openConnections()} connections`);
    });
  });

  describe('credentials', () => {
    const onlyGood = (good: string): void =>
      server.always(PODS, (request, response) =>
        (request.headers.authorization === `Bearer ${good}` ? page(['a']) : status(401, 'Unauthorized'))(
          request,
          response,
        ),
      );

    it('asks for new ones after a 401, and tries once more', async () => {
      onlyGood('new');
      const access = accessTo(server.url, () => (access.renewals > 0 ? 'new' : 'old'));
      const client = connect({ access });
      await client.get(PODS, signal);
      assert.equal(access.renewals, 1);
      assert.equal(server.requests.length, 2);
      await client.close();
    });

    it('renews once for calls that were denied together', async () => {
      onlyGood('new');
      const access = accessTo(server.url, () => (access.renewals > 0 ? 'new' : 'old'));
      const client = connect({ access });
      await Promise.all([1, 2, 3, 4].map(() => client.get(PODS, signal)));
      assert.equal(access.renewals, 1);
      await client.close();
    });

    it('says denied when new ones are no better, without asking again and again', async () => {
      onlyGood('none of ours');
      const access = accessTo(server.url);
      const client = connect({ access });
      for (let call = 0; call < 3; call += 1) {
        assert.deepEqual((await failure(client.get(PODS, signal))).reason, {
          code: 'denied',
          status: 401,
          detail: 'GET /api/v1/pods: HTTP 401 Unauthorized',
        });
      }
      assert.equal(access.renewals, 1);
      await client.close();
    });

    it('takes new ones for each request as they come', async () => {
      let token = 'one';
      const client = connect({ access: accessTo(server.url, () => token) });
      server.always(PODS, page([]));
      await client.get(PODS, signal);
      token = 'two';
      await client.get(PODS, signal);
      assert.deepEqual(
        server.requests.map(({ headers }) => headers.authorization),
        ['Bearer one', 'Bearer two'],
      );
      await client.close();
    });

    it('names where they should have come from when there are none', async () => {
      const broken = {
        ...accessTo(server.url),
        credentials: () => Promise.reject(new Error('exec plugin: not signed in')),
      };
      const client = connect({ access: broken });
      assert.match(
        (await failure(client.get(PODS, signal))).message,
        /^no credentials from a test: exec plugin: not signed in$/,
      );
      await client.close();
    });

    it('does not wait for ever for an exec plugin', async () => {
      const hanging = { ...accessTo(server.url), credentials: () => new Promise<never>(() => {}) };
      const client = connect({ access: hanging, timeouts: { headersMs: 100 } });
      assert.equal((await failure(client.get(PODS, signal))).reason.code, 'timeout');
      await client.close();
    });
  });

  describe('list', () => {
    it('goes through all pages, 500 at a time unless asked otherwise', async () => {
      server.next(PODS, page(['a', 'b'], 'token 1'));
      server.next(PODS, page(['c'], 'token 2'));
      server.next(PODS, page(['d']));
      const pages = await pagesOf(api.list(PODS, { labelSelector: 'a=b' }, signal));
      assert.deepEqual(names(pages), ['a,b', 'c', 'd']);
      assert.deepEqual(
        server.requests.map(({ query }) => [query.get('limit'), query.get('continue'), query.get('labelSelector')]),
        [
          ['500', null, 'a=b'],
          ['500', 'token 1', 'a=b'],
          ['500', 'token 2', 'a=b'],
        ],
      );
      server.next(PODS, page(['a']));
      await pagesOf(api.list(PODS, { limit: '250' }, signal));
      assert.equal(server.requests.at(-1)!.query.get('limit'), '250');
    });

    it('asks for metadata only where that is enough', async () => {
      server.next(PODS, page(['a']));
      await pagesOf(api.list(PODS, {}, signal, { accept: 'application/json;as=PartialObjectMetadataList' }));
      assert.equal(server.requests[0]!.headers.accept, 'application/json;as=PartialObjectMetadataList');
    });

    it('starts over, once, when its token has expired, and says so', async () => {
      server.next(PODS, page(['a', 'gone'], 'old'));
      server.next(PODS, status(410, 'The provided continue parameter is too old', 'Expired'));
      server.next(PODS, page(['a'], 'new'));
      server.next(PODS, page(['b']));
      const pages = await pagesOf(api.list(PODS, {}, signal));
      assert.deepEqual(names(pages), ['a,gone', 'a', 'b']);
      assert.deepEqual(
        pages.map(({ restarted }) => restarted),
        [undefined, true, undefined],
      );
    });

    it('gives up when the token expires a second time', async () => {
      for (const token of ['one', 'two']) {
        server.next(PODS, page(['a'], token));
        server.next(PODS, status(410, 'too old', 'Expired'));
      }
      assert.equal((await failure(pagesOf(api.list(PODS, {}, signal)))).status, 410);
    });

    it('asks for smaller pages when one is too large', async () => {
      const small = connect({ maxAnswerBytes: 2000 });
      server.always(PODS, ({ query }, response) => {
        const limit = Number(query.get('limit'));
        const from = Number(query.get('continue') ?? 0);
        const more = from + limit < 100 ? { continue: String(from + limit) } : {};
        const items = Array.from({ length: Math.min(limit, 100 - from) }, (_, at) => pod(`pod-${from + at}`));
        json({ metadata: { resourceVersion: '7', ...more }, items })({} as never, response);
      });
      const pages = await pagesOf(small.list(PODS, {}, signal));
      assert.equal(pages.flatMap(({ items }) => items).length, 100);
      assert.deepEqual(
        server.requests.slice(0, 4).map(({ query }) => query.get('limit')),
        ['500', '125', '31', '31'],
      );
      await small.close();
    });

    it('says too large when a single object is', async () => {
      const small = connect({ maxAnswerBytes: 100 });
      server.always(
        PODS,
        json({ metadata: { resourceVersion: '1' }, items: [{ metadata: { name: 'x'.repeat(200) } }] }),
      );
      assert.equal((await failure(pagesOf(small.list(PODS, {}, signal)))).reason.code, 'too_large');
      assert.equal(server.requests.at(-1)!.query.get('limit'), '1');
      await small.close();
    });

    it('waits within a list when the server asks for it', async () => {
      server.next(PODS, page(['a'], 'more'));
      server.next(PODS, plain(429, 'Too many requests', { 'retry-after': '0.05' }));
      server.next(PODS, page(['b']));
      assert.deepEqual(names(await pagesOf(api.list(PODS, {}, signal))), ['a', 'b']);
    });

    it('takes null for no items, as Go writes it', async () => {
      server.next(PODS, json({ metadata: { resourceVersion: '7' }, items: null }));
      assert.deepEqual(names(await pagesOf(api.list(PODS, {}, signal))), ['']);
    });

    const noLists = [
      { what: 'no version', body: { metadata: {}, items: [] } },
      { what: 'no metadata', body: { items: [] } },
      { what: 'items that are no list', body: { metadata: { resourceVersion: '1' }, items: {} } },
    ];
    for (const { what, body } of noLists) {
      it(`refuses ${what}`, async () => {
        server.next(PODS, json(body));
        assert.match((await failure(pagesOf(api.list(PODS, {}, signal)))).message, /the answer is no list/);
      });
    }

    it('does not go round in circles', async () => {
      server.always(PODS, page(['a'], 'always the same'));
      assert.match((await failure(pagesOf(api.list(PODS, {}, signal)))).message, /does not advance/);
    });
  });

  describe('stream', () => {
    const LOG = '/api/v1/namespaces/payment/pods/checkout-1/log';

    it('passes bytes on as they come, and ends when the server does', async () => {
      let response: { write(text: string): void; end(): void } | undefined;
      server.next(LOG, (_request, answer) => {
        answer.writeHead(200, { 'content-type': 'text/plain' });
        answer.write('first line\n');
        response = answer;
      });
      const chunks = (await api.stream(LOG, { follow: 'true', container: 'istio-proxy' }, signal))[
        Symbol.asyncIterator
      ]();
      assert.equal(Buffer.from((await chunks.next()).value!).toString(), 'first line\n');
      response!.write('second line\n');
      assert.equal(Buffer.from((await chunks.next()).value!).toString(), 'second line\n');
      response!.end();
      assert.equal((await chunks.next()).done, true);
      assert.equal(server.requests[0]!.query.get('follow'), 'true');
    });

    it('gives nothing for the log of a pod that has no node yet (204)', async () => {
      server.next(LOG, (_request, response) => response.writeHead(204).end());
      assert.equal(await textOf(await api.stream(LOG, {}, signal)), '');
    });

    it('says what the server says of a wrong container or pod', async () => {
      server.next(LOG, status(400, 'container nosuch is not valid for pod checkout-1', 'BadRequest'));
      const wrong = await failure(api.stream(LOG, {}, signal));
      assert.equal(wrong.status, 400);
      assert.match(wrong.message, /container nosuch is not valid/);
      server.next(LOG, status(404, 'pods "checkout-1" not found', 'NotFound'));
      assert.equal((await failure(api.stream(LOG, {}, signal))).reason.code, 'not_found');
    });

    it('lets a quiet stream be quiet for longer than a call may take', async () => {
      const hasty = connect({ timeouts: { headersMs: 100, bodyMs: 100, callMs: 100 } });
      server.next(LOG, (_request, response) => {
        response.writeHead(200).flushHeaders();
        setTimeout(() => response.end('late\n'), 400);
      });
      assert.equal(await textOf(await hasty.stream(LOG, {}, signal)), 'late\n');
      await hasty.close();
    });

    it('takes no login page for a watch', async () => {
      server.next(PODS, plain(200, '<html>Please log in</html>'));
      const error = await failure(api.stream(PODS, { watch: 'true' }, signal, { onlyJson: true }));
      assert.deepEqual(error.reason, {
        code: 'invalid',
        detail: 'GET /api/v1/pods: the answer is text/plain; charset=utf-8, not JSON',
      });
    });

    it('does not wait for ever for the answer to begin', async () => {
      const hasty = connect({ timeouts: { headersMs: 100 } });
      server.next(LOG, silence);
      assert.equal((await failure(hasty.stream(LOG, {}, signal))).reason.code, 'timeout');
      await hasty.close();
    });

    it('tells a broken connection from an end', async () => {
      server.next(LOG, (_request, response) => {
        response.writeHead(200).write('half', () => response.socket?.resetAndDestroy());
      });
      const error = await failure(textOf(await api.stream(LOG, {}, signal)));
      assert.equal(error.reason.code, 'truncated');
    });

    it('survives a break before anybody reads', async () => {
      server.next(LOG, (_request, response) => {
        response.writeHead(200).flushHeaders();
        setImmediate(() => response.socket?.resetAndDestroy());
      });
      const chunks = await api.stream(LOG, {}, signal);
      await server.allClosed();
      assert.equal((await failure(textOf(chunks))).reason.code, 'truncated');
    });

    it('closes its connection when the reader stops, and when the signal aborts', async () => {
      const endless = (): void => server.next(LOG, (_request, response) => response.writeHead(200).write('line\n'));
      endless();
      for await (const _chunk of await api.stream(LOG, {}, signal)) break;
      await server.allClosed();

      endless();
      const stop = new AbortController();
      const chunks = (await api.stream(LOG, {}, stop.signal))[Symbol.asyncIterator]();
      await chunks.next();
      stop.abort(new Error('we stop'));
      await assert.rejects(chunks.next(), /we stop/);
      await server.allClosed();
    });

    it('does not let streams use up the connections of calls', async () => {
      server.always(LOG, (_request, response) => response.writeHead(200).write('line\n'));
      server.always(PODS, page(['a']));
      const stop = new AbortController();
      const streams = await Promise.all(Array.from({ length: 20 }, () => api.stream(LOG, {}, stop.signal)));
      await api.get(PODS, signal);
      assert.equal(server.openConnections(), 21);
      const readers = streams.map((chunks) => assert.rejects(textOf(chunks)));
      stop.abort();
      await Promise.all(readers);
    });
  });
});
