import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Answer, jsonAnswer, type Route, textAnswer } from '../../../src/sinks/http/answer.ts';
import { orStandby, type Standby } from '../../../src/sinks/http/standby.ts';

const ASKED = { acceptsGzip: false, query: new URLSearchParams() };
const OTHER: Standby = { leader: 'ladder-7c9d8b6f5a-x2k4p_0b7c21bf-f557-4718-8cd3-ecf03f9f7edb' };
const WORDS = 'this replica stands by: ladder-7c9d8b6f5a-x2k4p leads and tells of the mesh; ask that one';

/** What a path is answered, and how often its own answer was made. */
async function answerOf(path: string, standby: () => Standby | undefined): Promise<{ answer: Answer; made: number }> {
  let made = 0;
  const mesh: Route = {
    path,
    answer: () => {
      made += 1;
      return textAnswer(200, 'the mesh');
    },
  };
  const metrics = async (): Promise<string> => 'meshladder_leader 0\n';
  const [route] = orStandby([mesh], { standby, telemetryPath: '/m', metrics });
  assert.ok(route !== undefined);
  return { answer: await route.answer(ASKED), made };
}

for (const path of [
  '/',
  '/m',
  '/api/v1/ladder',
  '/api/v1/events',
  '/page/proxies',
  '/page/runbooks.json',
  '/runbooksx',
  '/api/v1/statusx',
]) {
  test(`who leads answers ${path} as it is`, async () => {
    assert.deepEqual(await answerOf(path, () => undefined), { answer: textAnswer(200, 'the mesh'), made: 1 });
  });

  test(`a standby does not even make the answer of ${path}`, async () => {
    const { answer, made } = await answerOf(path, () => OTHER);
    assert.equal(made, 0);
    assert.doesNotMatch(String(answer.body), /the mesh$/);
  });

  test(`who lost the lead while the answer of ${path} was made keeps it to itself`, async () => {
    let asked = 0;
    const { answer, made } = await answerOf(path, () => (asked++ === 0 ? undefined : OTHER));
    assert.equal(made, 1);
    assert.notDeepEqual(answer, textAnswer(200, 'the mesh'));
  });
}

for (const path of [
  '/-/ready',
  '/-/healthy',
  '/readyz',
  '/livez',
  '/healthz',
  '/about',
  '/api/v1/status',
  '/runbooks',
  '/runbooks/MeshladderDown',
  '/page/runbook.js',
]) {
  test(`a standby answers ${path}`, async () => {
    assert.deepEqual(await answerOf(path, () => OTHER), { answer: textAnswer(200, 'the mesh'), made: 1 });
  });
}

test('a standby says who leads, in the form of what was asked', async () => {
  const told = async (path: string, standby = OTHER) => (await answerOf(path, () => standby)).answer;
  assert.deepEqual(await told('/'), textAnswer(503, WORDS));
  const leader = 'ladder-7c9d8b6f5a-x2k4p';
  assert.deepEqual(await told('/api/v1/ladder'), jsonAnswer(503, { error: WORDS, standby: true, leader }));
  const none = String((await told('/api/v1/ladder', { leader: undefined })).body);
  const { standby, ...rest } = JSON.parse(none) as { readonly standby: unknown };
  assert.deepEqual([standby, Object.keys(rest)], [true, ['error']]);
  const { status, type, body } = await told('/m');
  assert.deepEqual([status, body], [200, 'meshladder_leader 0\n']);
  assert.match(type, /^text\/plain; version=0\.0\.4/);
});

test('a name in the Lease that is no name is cut, and none at all is said', async () => {
  const long = (await answerOf('/', () => ({ leader: 'x'.repeat(5000) }))).answer;
  assert.ok(String(long.body).length < 500);
  const none = (await answerOf('/', () => ({ leader: undefined }))).answer;
  assert.match(String(none.body), /no other is known to lead/);
});
