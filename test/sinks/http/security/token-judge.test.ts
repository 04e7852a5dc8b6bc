import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TokenReviewer } from '../../../../src/model/token-reviewer.ts';
import { createTokenJudge } from '../../../../src/sinks/http/security/token-judge.ts';

const from = (path: string | undefined, client = 'prometheus') => ({ path, client });
const ALICE = { username: 'alice' };

function play(reviewer: Partial<TokenReviewer> = {}) {
  const asked: string[] = [];
  const problems: unknown[] = [];
  const clock = { nowMs: 0 };
  const judge = createTokenJudge({
    reviewer: {
      whoIs: async (token) => {
        asked.push(`who is ${token}`);
        return token.startsWith('good') ? ALICE : undefined;
      },
      mayGet: async ({ username }, path) => {
        asked.push(`may ${String(username)} get ${path}`);
        return path === '/metrics';
      },
      ...reviewer,
    },
    monotonicMs: () => clock.nowMs,
    onFailure: (problem) => problems.push(problem),
  });
  return { judge, asked, problems, clock };
}

const CASES: readonly (readonly [token: string, path: string | undefined, verdict: string])[] = [
  ['good', '/metrics', 'admitted'],
  ['good', '/api/v1/status', 'forbidden'],
  ['good', undefined, 'admitted'],
  ['bad', '/metrics', 'unknown'],
  ['bad', undefined, 'unknown'],
  ['', '/metrics', 'unknown'],
  ['good'.padEnd(9000, 'x'), '/metrics', 'unknown'],
];
for (const [token, path, verdict] of CASES) {
  test(`${token.slice(0, 10) || 'no token'} for ${path ?? 'nothing that is served'}: ${verdict}`, async () => {
    assert.equal(await play().judge.judge(token, from(path)), verdict);
  });
}

test('an answer is remembered for a minute, a refusal for ten seconds, and asked once for many', async () => {
  const { judge, asked, clock } = play();
  await Promise.all(Array.from({ length: 50 }, () => judge.judge('good', from('/metrics'))));
  assert.deepEqual(asked, ['who is good', 'may alice get /metrics']);
  clock.nowMs += 59_999;
  await judge.judge('good', from('/metrics'));
  assert.equal(asked.length, 2);
  clock.nowMs += 2;
  await judge.judge('good', from('/metrics'));
  assert.equal(asked.length, 4);
  await judge.judge('bad', from('/metrics'));
  await judge.judge('bad', from('/metrics'));
  assert.equal(asked.length, 5);
  clock.nowMs += 10_001;
  await judge.judge('bad', from('/metrics'));
  assert.equal(asked.length, 6);
});

test('while nobody can be asked nobody new gets in, and the failure is not remembered', async () => {
  let isDown = true;
  const { judge, problems } = play({
    whoIs: async () => (isDown ? Promise.reject(new Error('refused')) : ALICE),
  });
  assert.equal(await judge.judge('good', from('/metrics')), 'unavailable');
  assert.equal(await judge.judge('good', from(undefined)), 'unavailable');
  assert.equal(problems.length, 2);
  isDown = false;
  assert.equal(await judge.judge('good', from('/metrics')), 'admitted');
});

test('a right that cannot be asked for is no right', async () => {
  const { judge } = play({ mayGet: async () => Promise.reject(new Error('timeout')) });
  assert.equal(await judge.judge('good', from('/metrics')), 'unavailable');
});

/** A reviewer that answers when it is told to. */
function slowReviews() {
  const held: (() => void)[] = [];
  let most = 0;
  const whoIs: TokenReviewer['whoIs'] = async (token) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    held.push(resolve);
    most = Math.max(most, held.length);
    await promise;
    return token.startsWith('good') ? ALICE : undefined;
  };
  const answer = (): void => {
    for (const resolve of held.splice(0)) resolve();
  };
  return { whoIs, answer, most: () => most };
}

test('of made-up tokens few of a client are asked about at once, and 32 of all; the API server is not blamed', async () => {
  const { whoIs, answer, most } = slowReviews();
  const { judge, problems } = play({ whoIs });
  const of = (client: string, howMany: number) =>
    Array.from({ length: howMany }, (_, nth) => judge.judge(`guess ${nth} of ${client}`, from('/', client)));
  const ofEve = of('eve', 1000);
  const ofBob = judge.judge('good', from('/metrics', 'bob'));
  assert.equal(most(), 5, 'four of the one, and the other does not wait');
  const ofAll = Array.from({ length: 20 }, (_, nth) => of(`client ${nth}`, 4)).flat();
  assert.equal(most(), 32);
  answer();
  const busy = async (asked: readonly Promise<string>[]) =>
    (await Promise.all(asked)).filter((verdict) => verdict === 'busy').length;
  assert.equal(await ofBob, 'admitted');
  assert.deepEqual([await busy(ofEve), await busy(ofAll)], [996, 80 - 27]);
  assert.deepEqual(problems, []);
});

test('no flood of made-up tokens makes us forget a good one, or keeps it waiting when its minute is over', async () => {
  const { judge, asked } = play();
  await judge.judge('good', from('/metrics'));
  for (let nth = 0; nth < 3000; nth++) await judge.judge(`guess ${nth}`, from('/', 'eve'));
  const before = asked.length;
  assert.equal(await judge.judge('good', from('/metrics')), 'admitted');
  assert.equal(asked.length, before, 'it is remembered');

  const slow = slowReviews();
  const crowded = play({ whoIs: slow.whoIs });
  const first = crowded.judge.judge('good', from('/metrics'));
  slow.answer();
  assert.equal(await first, 'admitted');
  crowded.clock.nowMs += 60_001;
  const guesses = Array.from({ length: 40 }, (_, nth) =>
    crowded.judge.judge(`guess ${nth}`, from('/', `client ${nth}`)),
  );
  const again = crowded.judge.judge('good', from('/metrics'));
  slow.answer();
  assert.equal(await again, 'admitted');
  assert.equal((await Promise.all(guesses)).filter((verdict) => verdict === 'busy').length, 8);
});

test('a token that was good and is no longer is nobody, and a page that opens with a dozen questions is answered', async () => {
  let isGood = true;
  const { judge, clock } = play({ whoIs: async () => (isGood ? ALICE : undefined), mayGet: async () => true });
  const verdicts = await Promise.all(Array.from({ length: 12 }, (_, nth) => judge.judge('good', from(`/page/${nth}`))));
  assert.deepEqual(new Set(verdicts), new Set(['admitted']));
  isGood = false;
  clock.nowMs += 60_001;
  assert.equal(await judge.judge('good', from('/metrics')), 'unknown');
});
