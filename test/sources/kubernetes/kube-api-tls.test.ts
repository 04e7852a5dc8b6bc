import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { makeCertificate } from '../../../src/demo/tls/certificate.ts';
import type { KubeAccess, TlsMaterial } from '../../../src/sources/kubernetes/kube-access.ts';
import { KubeApiError } from '../../../src/sources/kubernetes/kube-api.ts';
import { createKubeApi } from '../../../src/sources/kubernetes/kube-api-client.ts';
import { type FakeKubeApi, json, startFakeKubeApi } from '../../support/fake-kube-api.ts';

const signal = new AbortController().signal;
const authority = makeCertificate('test CA');
const stranger = makeCertificate('another CA');
const serverCertificate = makeCertificate('server', authority);
const clientCertificate = makeCertificate('meshladder', authority);

describe('kube API over TLS', () => {
  let server: FakeKubeApi;

  before(async () => {
    const { cert, key } = serverCertificate;
    server = await startFakeKubeApi({ cert, key, ca: authority.cert, requestCert: true, rejectUnauthorized: false });
    server.always('/apis', (request, response) => {
      const peer = (response.socket as TLSSocket).getPeerCertificate();
      json({ client: peer.subject?.CN ?? 'nobody' })(request, response);
    });
  });
  after(() => server.stop());

  const accessWith = (tls: () => TlsMaterial, more: Partial<KubeAccess> = {}): KubeAccess => ({
    server: server.url,
    origin: 'a test',
    credentials: async () => ({ headers: {}, tls: tls() }),
    renew: async () => {},
    ...more,
  });

  async function ask(access: KubeAccess): Promise<unknown> {
    const api = createKubeApi({ access });
    try {
      return (await api.get('/apis', signal))['client'];
    } catch (error) {
      return error instanceof KubeApiError ? error.reason.code : error;
    } finally {
      await api.close();
    }
  }

  const cases: { what: string; tls: TlsMaterial; gives: string }[] = [
    { what: 'trusts the CA of the cluster', tls: { ca: authority.cert }, gives: 'nobody' },
    {
      what: 'shows its certificate',
      tls: { ca: authority.cert, cert: clientCertificate.cert, key: clientCertificate.key },
      gives: 'meshladder',
    },
    { what: 'trusts no other CA', tls: { ca: stranger.cert }, gives: 'tls' },
    { what: 'trusts nobody without a CA', tls: {}, gives: 'tls' },
    { what: 'trusts anybody where it was told to', tls: { rejectUnauthorized: false }, gives: 'nobody' },
    { what: 'checks the name it was told', tls: { ca: authority.cert, servername: 'localhost' }, gives: 'nobody' },
    {
      what: 'minds a name that is not the server’s',
      tls: { ca: authority.cert, servername: 'example.com' },
      gives: 'tls',
    },
  ];
  for (const { what, tls, gives } of cases) {
    it(what, async () => {
      assert.equal(await ask(accessWith(() => tls)), gives);
    });
  }

  it('says tls when the server speaks plain HTTP', async () => {
    const plainServer = await startFakeKubeApi();
    const access = accessWith(() => ({ ca: authority.cert }), { server: plainServer.url.replace('http:', 'https:') });
    assert.equal(await ask(access), 'tls');
    await plainServer.stop();
  });

  it('takes a rotated CA for the next request, and lets old streams live', async () => {
    let ca = authority.cert;
    const api = createKubeApi({ access: accessWith(() => ({ ca })) });
    let end: () => void = () => {};
    server.always('/watch', (_request, response) => {
      response.writeHead(200).write('before\n');
      end = () => response.end('after\n');
    });
    const chunks = (await api.stream('/watch', {}, signal))[Symbol.asyncIterator]();
    await chunks.next();
    ca = stranger.cert;
    await assert.rejects(api.get('/apis', signal), (error: KubeApiError) => error.reason.code === 'tls');
    end();
    assert.equal(Buffer.from((await chunks.next()).value!).toString(), 'after\n');
    await api.close();
  });

  it('goes through an HTTP proxy, end to end', async () => {
    const { proxy, asked } = await startProxy();
    const proxyUrl = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    assert.equal(await ask(accessWith(() => ({ ca: authority.cert }), { proxyUrl })), 'nobody');
    assert.equal(await ask(accessWith(() => ({ ca: stranger.cert }), { proxyUrl })), 'tls');
    assert.deepEqual(new Set(asked), new Set([new URL(server.url).host]));
    proxy.closeAllConnections();
    proxy.close();
  });
});

/** A proxy that knows CONNECT alone. */
async function startProxy(): Promise<{ proxy: Server; asked: string[] }> {
  const asked: string[] = [];
  const proxy = createServer();
  proxy.on('connect', (request, socket: Socket) => {
    asked.push(request.url ?? '');
    const [host, port] = (request.url ?? '').split(':');
    const upstream = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.pipe(socket).pipe(upstream);
    });
    for (const end of [upstream, socket]) end.on('error', () => {});
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return { proxy, asked };
}
