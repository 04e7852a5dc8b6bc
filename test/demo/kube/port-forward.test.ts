import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { type TestContext, test } from 'node:test';
import { WebSocket } from 'ws';
import type { PodPorts } from '../../../src/demo/kube/pod-ports.ts';
import { KubeApiError } from '../../../src/sources/kubernetes/kube-api.ts';
import { createPortForward } from '../../../src/sources/kubernetes/port-forward.ts';
import type { PodAnswer, PodPort, PodRequest } from '../../../src/sources/pod-port.ts';
import { ALL, type Lab, NOBODY, object, startLab } from './lab.ts';

const POD: PodPort = { namespace: 'lab', pod: 'lab-1', port: 15_000 };
const GET: PodRequest = { method: 'GET', path: '/hello?x=1', deadlineMs: 5_000, limitBytes: 32 << 20 };
const PATH = '/api/v1/namespaces/lab/pods/lab-1/portforward';
const BIG = 'x'.repeat(4 << 20);

const says: RequestListener = (request, response) => {
  response.end(request.url === '/big' ? BIG : `${request.method} ${request.url} ${request.headers.host}`);
};
const PORTS: PodPorts = { find: ({ pod, port }) => (pod === 'lab-1' && port === 15_000 ? says : undefined) };

/** The pods of the recordings have no node yet; this one runs. */
async function startForwardLab(context: TestContext): Promise<Lab> {
  const lab = await startLab(context, undefined, PORTS);
  for (const name of ['lab-1', 'lab-2']) {
    lab.store.update(object('v1', 'Pod', `lab/${name}`, { spec: { nodeName: 'node', containers: [] } }));
  }
  return lab;
}

interface Asker {
  readonly token?: string;
  readonly server?: string;
}

/** Asks as the exporter does. */
function ask(lab: Lab, to: PodPort, request: PodRequest, { token = ALL, server }: Asker = {}): Promise<PodAnswer> {
  const access = {
    server: server ?? lab.server.url,
    origin: 'a test',
    credentials: async () => ({ headers: { ...(token !== '' && { authorization: `Bearer ${token}` }) }, tls: {} }),
    renew: async () => {},
  };
  return createPortForward({ access }).ask(to, request, new AbortController().signal);
}

const textOf = ({ chunks }: PodAnswer): string => Buffer.concat(chunks).toString();

test('a port of a pod answers in HTTP through the API server', async (context) => {
  const lab = await startForwardLab(context);
  const answer = await ask(lab, POD, GET);
  assert.equal(answer.status, 200);
  assert.equal(textOf(answer), 'GET /hello?x=1 localhost:15000');
  const posted = await ask(lab, POD, { ...GET, method: 'POST', path: '/logging' });
  assert.equal(textOf(posted), 'POST /logging localhost:15000');
  assert.equal(textOf(await ask(lab, POD, { ...GET, path: '/big' })), BIG);
});

test('who is known by the address alone may forward too', async (context) => {
  const lab = await startForwardLab(context);
  const answer = await ask(lab, POD, GET, { token: '', server: lab.server.urlFor(ALL) });
  assert.equal(textOf(answer), 'GET /hello?x=1 localhost:15000');
});

const FAILURES: readonly (readonly [what: string, to: PodPort, asker: Asker, code: string, words: RegExp])[] = [
  ['without the right', POD, { token: NOBODY }, 'denied', /cannot get resource "pods\/portforward" in API group ""/],
  ['without a token', POD, { token: '' }, 'denied', /Unauthorized/],
  ['an unknown pod', { ...POD, pod: 'lab-9' }, {}, 'not_found', /pods "lab-9" not found/],
  [
    'a pod that has no node yet',
    { ...POD, pod: 'lab-3' },
    {},
    'invalid',
    /pod lab-3 does not have a host assigned; the pod does not run/,
  ],
  [
    'a port that nobody listens on',
    { ...POD, port: 15_001 },
    {},
    'refused',
    /nothing listens on port 15001 of pod lab-1/,
  ],
];

test('what cannot be forwarded is told in the words of API server and kubelet', async (context) => {
  const lab = await startForwardLab(context);
  for (const [what, to, asker, code, words] of FAILURES) {
    await context.test(what, async () => {
      const error = await ask(lab, to, GET, asker).then(
        () => assert.fail('it should have failed'),
        (cause: unknown) => cause,
      );
      assert.ok(error instanceof KubeApiError, String(error));
      assert.equal(error.reason.code, code);
      assert.match(error.reason.detail, words);
    });
  }
});

const V4 = 'v4.channel.k8s.io';
const REFUSED: readonly (readonly [query: string, protocol: string, status: number, text: string])[] = [
  ['', V4, 400, 'query parameter "port" is required'],
  ['?ports=', V4, 400, 'query parameter "port" cannot be empty'],
  ['?ports=0', V4, 400, 'port "0" must be > 0'],
  ['?ports=x', V4, 400, 'unable to parse "x" as a port: strconv.ParseUint: parsing "x": invalid syntax'],
  [
    '?ports=70000',
    V4,
    400,
    'unable to parse "70000" as a port: strconv.ParseUint: parsing "70000": value out of range',
  ],
  ['?ports=15000', 'nosuch.k8s.io', 403, ''],
];

test('a request that names no port, or no protocol that is spoken, is refused before it switches', async (context) => {
  const lab = await startForwardLab(context);
  for (const [query, protocol, status, text] of REFUSED) {
    const socket = new WebSocket(`${lab.server.urlFor(ALL).replace('http', 'ws')}${PATH}${query}`, protocol);
    const [, response] = await once(socket, 'unexpected-response');
    let body = '';
    for await (const chunk of response) body += chunk;
    assert.equal(response.statusCode, status, query);
    assert.equal(body, text);
  }
});

/** Frames until this many have come. */
async function framesOf(socket: WebSocket, count: number): Promise<Buffer[]> {
  const frames: Buffer[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.on('message', (frame: Buffer) => {
    if (frames.push(frame) === count) resolve();
  });
  await promise;
  return frames;
}

test('kubectl, which speaks another protocol, is told what does look into proxies', async (context) => {
  const lab = await startForwardLab(context);
  const headers = { 'sec-websocket-protocol': 'SPDY/3.1+portforward.k8s.io' };
  const socket = new WebSocket(`${lab.server.urlFor(ALL).replace('http', 'ws')}${PATH}`, { headers });
  const [, response] = await once(socket, 'unexpected-response');
  let body = '';
  for await (const chunk of response) body += chunk;
  assert.equal(response.statusCode, 400);
  assert.match(JSON.parse(body).message, /does not forward ports by SPDY.*meshladder config/);
});

test('several ports have channels of their own, and each answers', async (context) => {
  const lab = await startForwardLab(context);
  const socket = new WebSocket(`${lab.server.urlFor(ALL).replace('http', 'ws')}${PATH}?ports=15000&ports=15000`, V4);
  const opened = await framesOf(socket, 4);
  assert.deepEqual(
    opened.map((frame) => [...frame]),
    [0, 1, 2, 3].map((channel) => [channel, 0x98, 0x3a]),
  );
  const answered = framesOf(socket, 1);
  socket.send(Buffer.concat([Buffer.from([2]), Buffer.from('GET /second HTTP/1.1\r\nHost: x\r\n\r\n')]));
  const [answer] = await answered;
  assert.equal(answer?.[0], 2);
  assert.match(String(answer?.subarray(1)), /^HTTP\/1\.1 200 OK\r\n[\s\S]*GET \/second x$/);
  socket.terminate();
});

test('bytes may be spoken in base64, too', async (context) => {
  const lab = await startForwardLab(context);
  const url = `${lab.server.urlFor(ALL).replace('http', 'ws')}${PATH}?ports=15000`;
  const socket = new WebSocket(url, 'v4.base64.channel.k8s.io');
  const opened = await framesOf(socket, 2);
  assert.deepEqual(opened.map(String), ['0mDo=', '1mDo=']);
  const answered = framesOf(socket, 1);
  socket.send(`0${Buffer.from('GET /text HTTP/1.1\r\nHost: x\r\n\r\n').toString('base64')}`);
  const [answer] = await answered;
  assert.match(Buffer.from(String(answer).slice(1), 'base64').toString(), /GET \/text x$/);
  socket.terminate();
});

test('a plain GET is told to switch, and other paths do not switch', async (context) => {
  const lab = await startForwardLab(context);
  const plain = await lab.ask(`${PATH}?ports=15000`);
  assert.equal(plain.status, 400);
  assert.equal(plain.json()['message'], 'Upgrade request required');
  const socket = new WebSocket(`${lab.server.url.replace('http', 'ws')}/as/${ALL}/api/v1/pods`);
  const [, response] = await once(socket, 'unexpected-response');
  assert.equal(response.statusCode, 404);
  response.resume();
});

test('both channels begin with the port, and a server that drops its connections drops forwards', async (context) => {
  const lab = await startForwardLab(context);
  const socket = new WebSocket(
    `${lab.server.urlFor(ALL).replace('http', 'ws')}${PATH}?ports=15000`,
    'v4.channel.k8s.io',
  );
  const frames: Buffer[] = [];
  const two = Promise.withResolvers<void>();
  socket.on('message', (frame: Buffer) => {
    if (frames.push(frame) === 2) two.resolve();
  });
  await two.promise;
  assert.deepEqual(
    frames.map((frame) => [...frame]),
    [
      [0, 0x98, 0x3a],
      [1, 0x98, 0x3a],
    ],
  );
  const closed = once(socket, 'close');
  lab.server.dropConnections();
  const [code] = await closed;
  assert.equal(code, 1006);
});
