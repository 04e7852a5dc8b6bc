import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEnvoyAdmin } from '../../../src/sources/envoy/admin.ts';
import { type EnvoyPart, requestsFor } from '../../../src/sources/envoy/admin-requests.ts';
import { EnvoyAnswerError } from '../../../src/sources/envoy/envoy-answer-error.ts';
import type { PodAnswer, PodPort, PodRequest, PortForward } from '../../../src/sources/pod-port.ts';

const POD = { namespace: 'shop', pod: 'cart-1' };
const never = new AbortController().signal;

type Answer = readonly [status: number, body: string];

/** Answers in the order given, and keeps what it was asked. */
function answering(...answers: readonly Answer[]) {
  const asked: (PodPort & PodRequest)[] = [];
  const left = [...answers];
  const portForward: PortForward = {
    connect: () => assert.fail('not used'),
    async ask(to, request): Promise<PodAnswer> {
      asked.push({ ...to, ...request });
      const [status, body] = left.shift() ?? assert.fail('asked too often');
      return { status, chunks: [Buffer.from(body)] };
    },
  };
  return { asked, paths: () => asked.map(({ method, path }) => `${method} ${path}`), portForward };
}

const TYPE = 'type.googleapis.com/envoy.admin.v3';
const CLUSTERS = `{"@type":"${TYPE}.ClustersConfigDump","static_clusters":[{"cluster":{"name":"a"}}]}`;
const LISTENERS = `{"@type":"${TYPE}.ListenersConfigDump"}`;
const LOGGERS = 'active loggers:\n  http: debug\n  rbac: warning\n';

test('asks for as little as the parts need', () => {
  const cases: readonly (readonly [parts: readonly EnvoyPart[], paths: readonly string[]])[] = [
    [[], []],
    [['statuses'], ['GET /clusters?format=json']],
    [['loggers'], ['POST /logging']],
    [['bootstrap'], ['GET /config_dump?mask=bootstrap']],
    [
      ['routes', 'clusters'],
      [
        'GET /config_dump?mask=static_clusters,dynamic_active_clusters,dynamic_warming_clusters',
        'GET /config_dump?mask=static_route_configs,dynamic_route_configs',
      ],
    ],
    [['clusters', 'routes', 'listeners'], ['GET /config_dump']],
    [
      ['clusters', 'routes', 'endpoints', 'loggers'],
      ['GET /config_dump?include_eds', 'POST /logging'],
    ],
  ];
  for (const [parts, paths] of cases) {
    assert.deepEqual(
      requestsFor(parts).map(({ method, path }) => `${method} ${path}`),
      paths,
      parts.join(', '),
    );
  }
});

test('reads through the admin port of the pod, within bounds', async () => {
  const { asked, portForward } = answering([200, `{"configs":[${CLUSTERS}]}`], [200, LOGGERS]);
  const admin = createEnvoyAdmin({ portForward, deadlineMs: 7, limitBytes: 1_000 });
  const { config, loggers } = await admin.read(POD, ['loggers', 'clusters'], never);
  assert.deepEqual(
    config?.clusters?.map(({ name }) => name),
    ['a'],
  );
  assert.equal(loggers?.length, 2);
  const { port, pod, namespace, deadlineMs, limitBytes } = asked[0] ?? assert.fail();
  assert.deepEqual([port, pod, namespace, deadlineMs, limitBytes], [15_000, 'cart-1', 'shop', 7, 1_000]);
});

test('a section that was not asked for is not told, even if it came', async () => {
  const { portForward } = answering([200, `{"configs":[${CLUSTERS},${LISTENERS}]}`]);
  const { config } = await createEnvoyAdmin({ portForward }).read(POD, ['clusters'], never);
  assert.equal(config?.listeners, undefined);
});

test('sections of several answers are one config', async () => {
  const { portForward } = answering([200, `{"configs":[${CLUSTERS}]}`], [200, `{"configs":[${LISTENERS}]}`]);
  const { config } = await createEnvoyAdmin({ portForward }).read(POD, ['clusters', 'listeners'], never);
  assert.deepEqual([config?.clusters?.length, config?.listeners?.length], [1, 0]);
});

test('an Envoy that refuses the mask of a section it has not is asked for all', async () => {
  const { paths, portForward } = answering(
    [400, 'FieldMask … could not be applied'],
    [200, `{"configs":[${CLUSTERS}]}`],
  );
  const { config } = await createEnvoyAdmin({ portForward }).read(POD, ['routes'], never);
  assert.deepEqual([config?.routes, config?.clusters], [undefined, undefined]);
  assert.deepEqual(paths(), ['GET /config_dump?mask=static_route_configs,dynamic_route_configs', 'GET /config_dump']);
});

test('sets one logger by its name, and several at once', async () => {
  const { paths, portForward } = answering([200, LOGGERS], [200, LOGGERS]);
  const admin = createEnvoyAdmin({ portForward });
  const after = await admin.setLevels(POD, [{ name: 'http', level: 'debug' }], never);
  assert.deepEqual(after[0], { name: 'http', level: 'debug' });
  const two = [
    { name: 'http', level: 'debug' },
    { name: 'a:b', level: 'off' },
  ];
  await admin.setLevels(POD, two, never);
  assert.deepEqual(await admin.setLevels(POD, [], never), []);
  assert.deepEqual(paths(), ['POST /logging?http=debug', 'POST /logging?paths=http:debug,a%3Ab:off']);
});

const wrong: readonly (readonly [what: string, answer: Answer, words: RegExp])[] = [
  [
    'another status',
    [503, 'overloaded\u001b[31m\nmore'],
    /^the Envoy of cart-1\.shop answers 503 to \/logging: overloaded \[31m$/,
  ],
  ['no words', [500, ''], /answers 500 to \/logging$/],
  ['another answer', [200, '<html>'], /^\/logging of the Envoy of cart-1\.shop: not JSON: it begins with "<html>"$/],
  ['an empty answer', [200, ''], /it is empty/],
];
for (const [what, answer, words] of wrong) {
  test(`${what} is told with the pod`, async () => {
    const { portForward } = answering(answer);
    await assert.rejects(createEnvoyAdmin({ portForward }).read(POD, ['loggers'], never), (error) => {
      assert.ok(error instanceof EnvoyAnswerError);
      assert.match(error.message, words);
      return true;
    });
  });
}

test('an answer to a change that lists no loggers is none', async () => {
  const { portForward } = answering([200, `{"configs":[${CLUSTERS}]}`]);
  await assert.rejects(
    createEnvoyAdmin({ portForward }).setLevels(POD, [{ name: 'http', level: 'debug' }], never),
    /not a list of loggers/,
  );
});
