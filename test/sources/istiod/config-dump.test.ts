import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { epochSeconds } from '../../../src/model/brand.ts';
import type { Pod } from '../../../src/model/workload.ts';
import { AskError } from '../../../src/sources/istiod/ask-error.ts';
import { createConfigDumps, type IstiodWay, istiodTargets } from '../../../src/sources/istiod/config-dump.ts';
import { fixedIstiods, type IstiodTarget } from '../../../src/sources/istiod/discover.ts';
import { createForwardingClient } from '../../../src/sources/istiod/forwarding-client.ts';
import { createHttpClient } from '../../../src/sources/istiod/http-client.ts';
import { KubeApiError } from '../../../src/sources/kubernetes/kube-api.ts';
import type { PodPort, PodRequest, PortForward } from '../../../src/sources/pod-port.ts';
import { startIstiodServer, text } from '../../support/istiod-server.ts';

const PROXY = { namespace: 'shop', pod: 'cart-1' };
const PATH = '/debug/config_dump?proxyID=cart-1.shop&include_eds';
/** As recorded of istiod 1.30. */
const NOT_CONNECTED = 'Proxy not connected to this Pilot instance. It may be connected to another instance.\n';
const never = new AbortController().signal;

type Answer = readonly [status: number, body: string] | Error;

/** Istiods by port-forward, each of which answers one thing. */
function forwarded(answers: Readonly<Record<string, Answer>>, { address }: { readonly address?: string } = {}) {
  const asked: (PodPort & PodRequest)[] = [];
  const portForward: PortForward = {
    connect: () => assert.fail('not used'),
    async ask(to, request) {
      asked.push({ ...to, ...request });
      const answer = answers[to.pod] ?? assert.fail(`${to.pod} is unknown`);
      if (answer instanceof Error) throw answer;
      const [status, body] = answer;
      if (status !== 200) return { status, chunks: [Buffer.from(body)] };
      await request.take?.(Buffer.from(body));
      return { status, chunks: [] };
    },
  };
  const targets = Object.keys(answers).map((pod): IstiodTarget => {
    const istiod = { name: pod, namespace: 'istio-system', revision: 'default' };
    const port = { namespace: 'istio-system', pod, port: 15_014 };
    const xds = { address: '127.0.0.1:1', serverName: 'istiod.istio-system.svc', namespace: 'istio-system' };
    return { istiod, base: address ?? `http://${pod}:15014`, identity: pod, port, xds };
  });
  const direct = address === undefined ? undefined : createHttpClient();
  const client = createForwardingClient({ portForward, targets, ...(direct !== undefined && { direct }) });
  return { asked, client, dumps: createConfigDumps({ way: { client, targets, tokenFile: undefined } }) };
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
    [
      'another 404',
      { a: [404, '404 page not found'] },
      /^a\.istio-system:15014 has no \/debug\/config_dump\S+: its debug port is switched off/,
    ],
    ['another status', { a: [500, 'Proxy not connected'] }, /^a\.istio-system:15014 answered 500 to/],
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

  const denied = new KubeApiError({ code: 'denied', status: 403, detail: 'no right to forward' }, { status: 403 });

  test('where no port is forwarded, it is asked at its address', async (t) => {
    const server = await startIstiodServer({ [PATH]: text('{"a":1}') });
    const { client, dumps } = forwarded({ a: denied }, { address: server.url });
    t.after(async () => {
      await client.close();
      await server.stop();
    });
    const { istiod, chunks } = await dumps.read(PROXY, never);
    assert.equal(`${istiod}: ${Buffer.concat(chunks).toString()}`, 'a: {"a":1}');
  });

  test('where addresses are left alone, it is told why no port is forwarded', async () => {
    const { dumps } = forwarded({ a: denied });
    await assert.rejects(dumps.read(PROXY, never), /^AskError: no right to forward; nor at its address: /);
  });

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
      const way: IstiodWay = { client, targets: fixedIstiods([server.url]), tokenFile: undefined };
      await assert.rejects(
        createConfigDumps({ way }).read(PROXY, never),
        (error) => error instanceof AskError && words.test(error.reason.detail),
      );
      await client.close();
      await server.stop();
    });
  }
});

test('the istiods among pods are those that run, the ready ones first', () => {
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
  const targets = istiodTargets([
    pod('b', { annotations: { 'prometheus.io/port': '8080' } }),
    pod('late', { ready: false }),
    pod('a', {}),
    pod('gone', { terminating: true }),
    pod('pending', { phase: 'Pending' }),
    pod('other', { labels: { app: 'cart' } }),
  ]);
  assert.deepEqual(
    targets.map(({ istiod, port }) => `${istiod.name}:${port?.port}`),
    ['a:15014', 'b:8080', 'late:15014'],
  );
});
