import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { type TestContext, test } from 'node:test';
import { WebSocket } from 'ws';
import type { PodPorts } from '../../../src/demo/kube/pod-ports.ts';
import { KubeApiError } from '../../../src/sources/kubernetes/kube-api.ts';
import { createPortForward } from '../../../src/sources/kubernetes/port-forward.ts';
import type { PodAnswer, PodPort, PodRequest } from '../../../src/sources/pod-port.ts';
import { ALL, type Lab, NOBODY, startLab } from './lab.ts';

const POD: PodPort = { namespace: 'lab', pod: 'lab-1', port: 15_000 };
const GET: PodRequest = { method: 'GET', path: '/hello?x=1', deadlineMs: 5_000, limitBytes: 32 << 20 };
const PATH = '/api/v1/namespaces/lab/pods/lab-1/portforward';
const BIG = 'x'.repeat(4 << 20);

const says: RequestListener = (request, response) => {
  response.end(request.url === '/big' ? BIG : `${request.method} ${request.url} ${request.headers.host}`);
};
const PORTS: PodPorts = { find: ({ pod, port }) => (pod === 'lab-1' && port === 15_000 ? says : undefined) };

function startForwardLab(context: TestContext): Promise<Lab> {
  return startLab(context, undefined, PORTS);
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

const REFUSED: readonly (readonly [query: string, status: number, words: RegExp])[] = [
  ['', 400, /query parameter "ports" is required/],
  ['?ports=0', 400, /unable to parse "0" as a port/],
  ['?ports=70000', 400, /unable to parse "70000" as a port/],
  ['?ports=15000,15001', 400, /one port at a time/],
];

test('a request that names no port is refused before it switches', async (context) => {
  const lab = await startForwardLab(context);
  for (const [query, status, words] of REFUSED) {
    const socket = new WebSocket(
      `${lab.server.url.replace('http', 'ws')}/as/${ALL}${PATH}${query}`,
      'v4.channel.k8s.io',
    );
    const [, response] = await once(socket, 'unexpected-response');
    let body = '';
    for await (const chunk of response) body += chunk;
    assert.equal(response.statusCode, status, query);
    assert.match(JSON.parse(body).message, words);
  }
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
