import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { epochSeconds } from '../../../src/model/brand.ts';
import type { Pod } from '../../../src/model/workload.ts';
import { AskError } from '../../../src/sources/istiod/ask-error.ts';
import { createConfigDumps, type IstiodWay, istiodPorts } from '../../../src/sources/istiod/config-dump.ts';
import { fixedIstiods } from '../../../src/sources/istiod/discover.ts';
import { createHttpClient } from '../../../src/sources/istiod/http-client.ts';
import type { PodPort, PodRequest, PortForward } from '../../../src/sources/pod-port.ts';
import { startIstiodServer, text } from '../../support/istiod-server.ts';

const PROXY = { namespace: 'shop', pod: 'cart-1' };
const PATH = '/debug/config_dump?proxyID=cart-1.shop&include_eds';
/** As recorded of istiod 1.30. */
const NOT_CONNECTED = 'Proxy not connected to this Pilot instance. It may be connected to another instance.\n';
const never = new AbortController().signal;

type Answer = readonly [status: number, body: string] | Error;

/** Istiods by port-forward, each of which answers one thing. */
function forwarded(answers: Readonly<Record<string, Answer>>) {
  const asked: (PodPort & PodRequest)[] = [];
  const portForward: PortForward = {
    connect: () => assert.fail('not used'),
    async ask(to, request) {
      asked.push({ ...to, ...request });
      const answer = answers[to.pod] ?? assert.fail(`${to.pod} is unknown`);
      if (answer instanceof Error) throw answer;
      return { status: answer[0], chunks: [Buffer.from(answer[1])] };
    },
  };
  const ports = Object.keys(answers).map((pod) => ({ namespace: 'istio-system', pod, port: 15_014 }));
  const way: IstiodWay = { kind: 'port_forward', portForward, ports };
  return { asked, dumps: createConfigDumps({ way }) };
}

describe('by port-forward', () => {
  const refused = new AskError({ code: 'refused', detail: 'nothing listens' });
  const cases: readonly (readonly [
    what: string,
    answers: Readonly<Record<string, Answer>>,
    expected: string | RegExp,
  ])[] = [
    ['the first has it', { a: [200, '{"a":1}'], b: [200, '{"b":1}'] }, 'a: {"a":1}'],
    ['the second has it', { a: [404, NOT_CONNECTED], b: [200, '{"b":1}'] }, 'b: {"b":1}'],
    ['one cannot be asked, another has it', { a: refused, b: [200, '{}'] }, 'b: {}'],
    [
      'none has it',
      { a: [404, NOT_CONNECTED], b: [404, NOT_CONNECTED] },
      /cart-1\.shop is connected to no istiod \(asked: a, b\)/,
    ],
    ['who may have it cannot be asked', { a: [404, NOT_CONNECTED], b: refused }, /^nothing listens$/],
    ['there is none', {}, /is connected to no istiod \(there is none to ask\)/],
    ['another 404', { a: [404, '404 page not found'] }, /istiod a answers 404 to \/debug\/config_dump$/],
    ['another status', { a: [500, 'Proxy not connected'] }, /istiod a answers 500/],
  ];
  for (const [what, answers, expected] of cases) {
    test(what, async () => {
      const { asked, dumps } = forwarded(answers);
      const read = dumps.read(PROXY, never);
      if (expected instanceof RegExp) {
        await assert.rejects(read, (error) => error instanceof AskError && expected.test(error.reason.detail));
      } else {
        const { istiod, chunks } = await read;
        assert.equal(`${istiod}: ${Buffer.concat(chunks).toString()}`, expected);
      }
      for (const { path, method } of asked) assert.equal(`${method} ${path}`, `GET ${PATH}`);
    });
  }

  test('nobody is asked any more once the caller gave up', async () => {
    const stop = new AbortController();
    const { asked, dumps } = forwarded({ a: new Error('enough'), b: [200, '{}'] });
    stop.abort(new Error('enough'));
    await assert.rejects(dumps.read(PROXY, stop.signal), /enough/);
    assert.equal(asked.length, 1);
  });
});

describe('by address', () => {
  const refusals: readonly (readonly [what: string, status: number, body: string, words: RegExp])[] = [
    ['not connected', 404, NOT_CONNECTED, /^cart-1\.shop is connected to no istiod/],
    ['not istiod', 404, '404 page not found', /^127\.0\.0\.1:\d+ has no \/debug\/config_dump/],
    ['no token', 401, '', /answered 401: no token was sent/],
    ['many words', 404, 'x'.repeat(100_000), /has no \/debug\/config_dump/],
  ];
  for (const [what, status, body, words] of refusals) {
    test(`a refusal is told by its text: ${what}`, async () => {
      const server = await startIstiodServer({ [PATH]: text(body, status) });
      const client = createHttpClient();
      const way: IstiodWay = { kind: 'http', client, targets: fixedIstiods([server.url]), tokenFile: undefined };
      await assert.rejects(
        createConfigDumps({ way }).read(PROXY, never),
        (error) => error instanceof AskError && words.test(error.reason.detail),
      );
      await client.close();
      await server.stop();
    });
  }
});

test('the ports of istiods are those of running pods, the ready ones first', () => {
  const pod = (name: string, more: Partial<Pod>): Pod => ({
    namespace: 'istio-system',
    name,
    uid: name,
    labels: { app: 'istiod' },
    annotations: {},
    ips: ['10.0.0.1'],
    hostNetwork: false,
    phase: 'Running',
    ready: true,
    terminating: false,
    createdAt: epochSeconds(0),
    serviceAccount: 'istiod',
    ports: [],
    ...more,
  });
  const ports = istiodPorts([
    pod('b', { annotations: { 'prometheus.io/port': '8080' } }),
    pod('late', { ready: false }),
    pod('a', {}),
    pod('gone', { terminating: true }),
    pod('pending', { phase: 'Pending' }),
    pod('other', { labels: { app: 'cart' } }),
  ]);
  assert.deepEqual(
    ports.map(({ pod: name, port }) => `${name}:${port}`),
    ['a:15014', 'b:8080', 'late:15014'],
  );
});
