import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { AskError } from '../../../src/sources/istiod/ask-error.ts';
import type { IstiodTarget } from '../../../src/sources/istiod/discover.ts';
import { createForwardingClient, type ForwardingClient } from '../../../src/sources/istiod/forwarding-client.ts';
import { createHttpClient, type HttpGet } from '../../../src/sources/istiod/http-client.ts';
import { createPortForward } from '../../../src/sources/kubernetes/port-forward.ts';
import { type IstiodServer, startIstiodServer, text } from '../../support/istiod-server.ts';
import { type PortForwardServer, startPortForwardServer, statusText } from '../../support/port-forward-server.ts';

const never = new AbortController().signal;
const PORT = 15_014;

describe('an istiod through a forwarded port', () => {
  let istiod: IstiodServer;
  let server: PortForwardServer;
  let client: ForwardingClient;
  let base: string;
  beforeEach(async () => {
    istiod = await startIstiodServer({ '/debug/syncz': text('[{"proxy":"a"}]') });
    server = await startPortForwardServer();
    server.lead('istiod-a.istio-system', PORT, { kind: 'tcp', port: istiod.port });
    base = istiod.url;
    client = clientOf(base);
  });
  afterEach(async () => {
    await client.close();
    await Promise.all([istiod.stop(), server.stop()]);
  });

  function clientOf(address: string): ForwardingClient {
    const access = { server: server.url, origin: 'a test', renew: async () => {}, credentials };
    const target: IstiodTarget = {
      istiod: { name: 'istiod-a', namespace: 'istio-system', revision: 'default' },
      base: address,
      identity: 'a',
      port: { namespace: 'istio-system', pod: 'istiod-a', port: PORT },
      xds: { address: '127.0.0.1:15012', serverName: 'istiod.istio-system.svc', namespace: 'istio-system' },
    };
    const portForward = createPortForward({ access, connectMs: 2_000 });
    return createForwardingClient({ portForward, targets: [target], direct: createHttpClient() });
  }
  const credentials = async () => ({ headers: {}, tls: {} });

  const get = (more: Partial<HttpGet> = {}): HttpGet => ({
    base,
    path: '/debug/syncz',
    token: 'hush',
    deadlineMs: 5_000,
    limitBytes: 1 << 24,
    ...more,
  });
  async function failure(asked: HttpGet, consume: (chunk: Uint8Array) => void = () => {}): Promise<AskError> {
    const error = await client.get(asked, consume, never).then(
      () => assert.fail('it should have failed'),
      (cause: unknown) => cause,
    );
    assert.ok(error instanceof AskError, String(error));
    return error;
  }

  test('its answer comes in pieces, and it is sent no token', async () => {
    istiod.on('/debug/syncz', text('x'.repeat(3 << 20)));
    let [pieces, bytes] = [0, 0];
    const count = (chunk: Uint8Array): void => {
      pieces += 1;
      bytes += chunk.length;
    };
    await client.get(get(), count, never);
    assert.equal(bytes, 3 << 20);
    assert.ok(pieces > 10, `${pieces} pieces`);
    assert.equal(istiod.seen[0]?.authorization, undefined);
    assert.equal(client.accessTo(base), 'port_forward');
    await server.allClosed();
  });

  test('one that takes no more ends the exchange with its own reason', async () => {
    istiod.on('/debug/syncz', text('x'.repeat(3 << 20)));
    const mine = new AskError({ code: 'invalid', detail: 'no list of rows' });
    assert.equal(
      await failure(get(), () => {
        throw mine;
      }),
      mine,
    );
    await server.allClosed();
    assert.deepEqual(istiod.seen.length, 1, 'it is not asked anew at its address');
  });

  test('a body that is too long, and an answer that comes too late', async () => {
    istiod.on('/debug/syncz', text('x'.repeat(1 << 20)));
    assert.equal((await failure(get({ limitBytes: 1 << 16 }))).reason.code, 'too_large');
    istiod.on('/debug/syncz', () => undefined);
    const late = await failure(get({ deadlineMs: 200 }));
    assert.match(late.message, /did not answer \/debug\/syncz whole within 200 ms/);
  });

  test('what istiod answers but 200 is told as over HTTP, and may be explained', async () => {
    istiod.on('/debug/syncz', text('nothing here', 404));
    assert.match((await failure(get())).message, /^istiod-a\.istio-system:15014 has no \/debug\/syncz/);
    const own = new AskError({ code: 'not_found', detail: 'known' });
    const explain = (status: number, body: string) => (status === 404 && body === 'nothing here' ? own : undefined);
    assert.equal(await failure(get({ explain })), own);
  });

  test('a denial through a forwarded port is told as such: no token would mend it', async () => {
    for (const status of [401, 403]) {
      istiod.on('/debug/syncz', text('', status));
      const { reason } = await failure(get());
      assert.deepEqual([reason.code, reason.code === 'denied' && reason.status], ['denied', status]);
      assert.match(
        reason.detail,
        /^istiod-a\.istio-system:15014 answered 40[13] through a forwarded port, where istiod/,
      );
      assert.doesNotMatch(reason.detail, /tokenFile/);
    }
  });

  test('what is thrown by mistake is told as such, whatever it holds', async () => {
    const mistake = Object.assign(new Error('a mistake'), { reason: { code: 'denied', detail: 'forged' } });
    const thrown = client.get(
      get(),
      () => {
        throw mistake;
      },
      never,
    );
    await assert.rejects(thrown, (error: unknown) => error === mistake);
    assert.equal(istiod.seen.length, 1);
  });

  test('who gives up ends it with their reason', async () => {
    const asked = Promise.withResolvers<void>();
    istiod.on('/debug/syncz', () => asked.resolve());
    const giveUp = new AbortController();
    const call = client.get(get(), () => {}, giveUp.signal);
    await asked.promise;
    giveUp.abort(new Error('enough'));
    await assert.rejects(call, /enough/);
  });

  const forbid = (): void =>
    server.lead('istiod-a.istio-system', PORT, { kind: 'status', status: 403, body: statusText(403, 'forbidden') });

  test('where no port is forwarded it is asked at its address, from then on at once and with the token', async () => {
    forbid();
    await client.get(get(), () => {}, never);
    await client.get(get(), () => {}, never);
    assert.deepEqual(
      istiod.seen.map(({ authorization }) => authorization),
      ['Bearer hush', 'Bearer hush'],
    );
    assert.equal(server.seen.length, 1);
    assert.equal(client.accessTo(base), 'http');
  });

  test('where neither does, both reasons are told, and the forward is what counts', async () => {
    forbid();
    await istiod.stop();
    const { reason } = await failure(get());
    assert.equal(reason.code, 'denied');
    assert.match(
      reason.detail,
      /^cannot forward port 15014 of pod istiod-a\.istio-system: HTTP 403 forbidden; grant get/,
    );
    assert.match(reason.detail, /; nor at its address: cannot connect to 127\.0\.0\.1:\d+: ECONNREFUSED$/);
    assert.equal(client.accessTo(base), 'port_forward');
    istiod = await startIstiodServer();
  });

  test('an address without a pod is asked as it is', async () => {
    const other = await startIstiodServer({ '/debug/syncz': text('[]') });
    await client.get(get({ base: other.url }), () => {}, never);
    assert.equal(client.accessTo(other.url), 'http');
    assert.equal(server.seen.length, 0);
    await other.stop();
  });
});
