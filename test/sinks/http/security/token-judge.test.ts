import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TokenReviewer } from '../../../../src/model/token-reviewer.ts';
import { createTokenJudge } from '../../../../src/sinks/http/security/token-judge.ts';

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
    assert.equal(await play().judge.judge(token, path), verdict);
  });
}

test('an answer is remembered for a minute, a refusal for ten seconds, and asked once for many', async () => {
  const { judge, asked, clock } = play();
  await Promise.all(Array.from({ length: 50 }, () => judge.judge('good', '/metrics')));
  assert.deepEqual(asked, ['who is good', 'may alice get /metrics']);
  clock.nowMs += 59_999;
  await judge.judge('good', '/metrics');
  assert.equal(asked.length, 2);
  clock.nowMs += 2;
  await judge.judge('good', '/metrics');
  assert.equal(asked.length, 4);
  await judge.judge('bad', '/metrics');
  await judge.judge('bad', '/metrics');
  assert.equal(asked.length, 5);
  clock.nowMs += 10_001;
  await judge.judge('bad', '/metrics');
  assert.equal(asked.length, 6);
});

test('while nobody can be asked nobody new gets in, and the failure is not remembered', async () => {
  let isDown = true;
  const { judge, problems } = play({
    whoIs: async () => (isDown ? Promise.reject(new Error('refused')) : ALICE),
  });
  assert.equal(await judge.judge('good', '/metrics'), 'unavailable');
  assert.equal(await judge.judge('good', undefined), 'unavailable');
  assert.equal(problems.length, 2);
  isDown = false;
  assert.equal(await judge.judge('good', '/metrics'), 'admitted');
});

test('a right that cannot be asked for is no right', async () => {
  const { judge } = play({ mayGet: async () => Promise.reject(new Error('timeout')) });
  assert.equal(await judge.judge('good', '/metrics'), 'unavailable');
});

test('tokens made up by the thousand are asked about 32 at a time, and not all remembered', async () => {
  let underWay = 0;
  let most = 0;
  const { judge } = play({
    whoIs: async () => {
      underWay += 1;
      most = Math.max(most, underWay);
      await new Promise((resolve) => setImmediate(resolve));
      underWay -= 1;
      return undefined;
    },
  });
  const verdicts = await Promise.all(Array.from({ length: 3000 }, (_, nth) => judge.judge(`guess ${nth}`, '/')));
  assert.equal(most, 32);
  assert.equal(verdicts.filter((verdict) => verdict === 'unavailable').length, 3000 - 32);
});
