import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, mock, test } from 'node:test';
import type { Io } from '../../src/cli/io.ts';
import { withProgress } from '../../src/cli/progress.ts';

const CLEAR = '\r\u001b[K';

function terminal(given: { readonly isTTY?: boolean; readonly env?: Io['env'] } = {}) {
  const stderr = Object.assign(new PassThrough(), { isTTY: given.isTTY ?? true });
  const stdout = new PassThrough();
  const signal = new AbortController().signal;
  const io: Io = { stdin: new PassThrough(), stdout, stderr, env: given.env ?? {}, signal };
  return { io, said: () => String(stderr.read() ?? '') };
}

beforeEach(() => {
  let now = 0;
  mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
  mock.method(performance, 'now', () => now);
  pass = (ms) => {
    now += ms;
    mock.timers.tick(ms);
  };
});
afterEach(() => {
  mock.timers.reset();
  mock.restoreAll();
});
let pass: (ms: number) => void;

test('says what takes over a second, for how long, and leaves nothing behind', async () => {
  const { io, said } = terminal();
  const { promise, resolve } = Promise.withResolvers<number>();
  const work = withProgress(io, 'reading a', async (say) => {
    const value = await promise;
    say('reading b');
    return value;
  });
  pass(999);
  assert.equal(said(), '');
  pass(1);
  assert.equal(said(), `${CLEAR}reading a … 1 s`);
  pass(1_000);
  assert.equal(said(), `${CLEAR}reading a … 2 s`);
  resolve(7);
  assert.equal(await work, 7);
  assert.equal(said(), `${CLEAR}reading b … 2 s${CLEAR}`);
  pass(5_000);
  assert.equal(said(), '');
});

test('what ends sooner, or fails, says nothing', async () => {
  const { io, said } = terminal();
  await assert.rejects(
    withProgress(io, 'reading', () => Promise.reject(new Error('no'))),
    /no/,
  );
  pass(5_000);
  assert.equal(said(), '');
});

for (const [what, given] of [
  ['a file', { isTTY: false }],
  ['a terminal that cannot rub out', { env: { TERM: 'dumb' } }],
] as const) {
  test(`nothing is written to ${what}`, async () => {
    const { io, said } = terminal(given);
    const { promise, resolve } = Promise.withResolvers<void>();
    const work = withProgress(io, 'reading', async (say) => {
      say('more');
      await promise;
    });
    pass(5_000);
    resolve();
    await work;
    assert.equal(said(), '');
  });
}
