import assert from 'node:assert/strict';
import process from 'node:process';
import { test } from 'node:test';
import type { Worker } from 'node:worker_threads';
import { compareSync, hashSync } from 'bcryptjs';
import { createBasicAuth } from '../../../../src/sinks/http/security/basic-auth.ts';
import {
  createPasswordComparer,
  type PasswordComparer,
} from '../../../../src/sinks/http/security/password-comparer.ts';

import { computingMs, computingUntilDoneMs } from '../../../support/computing-ms.ts';
import { until } from '../../../support/until.ts';

const encoded = (user: string, password: string): string => Buffer.from(`${user}:${password}`).toString('base64');
const USERS = new Map([
  ['alice', hashSync('se:cret', 4)],
  ['bob', hashSync('b', 4)],
]);

/** Counts what is compared. */
function counted(comparer: PasswordComparer): PasswordComparer & { readonly compared: string[] } {
  const compared: string[] = [];
  return {
    ...comparer,
    compared,
    compare: (password, hash) => {
      compared.push(hash);
      return comparer.compare(password, hash);
    },
  };
}

const CASES: readonly (readonly [title: string, credentials: string, verdict: string])[] = [
  ['the right password, with a colon in it', encoded('alice', 'se:cret'), 'right'],
  ['a wrong password', encoded('alice', 'se'), 'wrong'],
  ['the password of another', encoded('bob', 'se:cret'), 'wrong'],
  ['an unknown user', encoded('eve', 'se:cret'), 'wrong'],
  ['a user of the prototype', encoded('__proto__', 'x'), 'wrong'],
  ['no colon', Buffer.from('alice').toString('base64'), 'wrong'],
  ['no base64', '%%%', 'wrong'],
  ['nothing', '', 'wrong'],
];

test('passwords', async (t) => {
  const comparer = createPasswordComparer();
  t.after(() => comparer.close());
  const auth = createBasicAuth({ users: () => USERS, comparer });
  for (const [title, credentials, verdict] of CASES) {
    assert.equal(await auth.judge(credentials, '10.0.0.1'), verdict, title);
  }
});

test('a comparison is made once, for all who ask at the same time, and an unknown user costs one too', async (t) => {
  const comparer = counted(createPasswordComparer());
  t.after(() => comparer.close());
  const auth = createBasicAuth({ users: () => USERS, comparer });
  const asked = Array.from({ length: 20 }, () => auth.judge(encoded('alice', 'se:cret'), '10.0.0.1'));
  assert.deepEqual(new Set(await Promise.all(asked)), new Set(['right']));
  await auth.judge(encoded('alice', 'se:cret'), '10.0.0.2');
  assert.deepEqual(comparer.compared, [USERS.get('alice')]);
  for (let nth = 0; nth < 2; nth++) await auth.judge(encoded('eve', 'x'), '10.0.0.1');
  assert.equal(comparer.compared.length, 2);
  assert.match(comparer.compared[1] ?? '', /^\$2b\$04\$/);
});

test('a new hash is compared anew, and a user who is gone is not let in by memory', async (t) => {
  const comparer = createPasswordComparer();
  t.after(() => comparer.close());
  let users = USERS;
  const auth = createBasicAuth({ users: () => users, comparer });
  assert.equal(await auth.judge(encoded('bob', 'b'), ''), 'right');
  users = new Map([['bob', hashSync('other', 4)]]);
  assert.equal(await auth.judge(encoded('bob', 'b'), ''), 'wrong');
  users = new Map();
  assert.equal(await auth.judge(encoded('bob', 'b'), ''), 'wrong');
});

test('a flood of guesses fills no line but its own, and does not make us forget who is right', async (t) => {
  const comparer = createPasswordComparer();
  t.after(() => comparer.close());
  const auth = createBasicAuth({ users: () => USERS, comparer });
  await auth.judge(encoded('alice', 'se:cret'), 'prometheus');
  const guesses = Array.from({ length: 200 }, (_, nth) => auth.judge(encoded('alice', `guess ${nth}`), 'eve'));
  const other = auth.judge(encoded('bob', 'b'), 'laptop');
  assert.equal(await auth.judge(encoded('alice', 'se:cret'), 'prometheus'), 'right');
  assert.equal(await other, 'right');
  const verdicts = await Promise.all(guesses);
  assert.equal(verdicts.filter((verdict) => verdict === 'busy').length, 198);
});

test('a slow hash does not hold the event loop', async (t) => {
  const comparer = createPasswordComparer();
  t.after(() => comparer.close());
  const hash = hashSync('c', 10);
  const auth = createBasicAuth({ users: () => new Map([['carol', hash]]), comparer });
  // The thread itself has to start once.
  await auth.judge(encoded('carol', 'x'), '');
  const costMs = computingMs(() => compareSync('c', hash));
  const hereMs = await computingUntilDoneMs(async () => {
    assert.equal(await auth.judge(encoded('carol', 'c'), ''), 'right');
  });
  assert.ok(hereMs < costMs / 4, `${hereMs} ms in this thread, of the ${costMs} ms that a comparison takes`);
});

test('the thread ends when there is nothing to compare, and another comes when there is', async (t) => {
  const comparer = createPasswordComparer(1);
  t.after(() => comparer.close());
  let [started, ended] = [0, 0];
  const count = (worker: Worker): void => {
    started += 1;
    worker.on('exit', () => {
      ended += 1;
    });
  };
  process.on('worker', count);
  t.after(() => process.off('worker', count));
  for (const nth of [1, 2]) {
    assert.equal(await comparer.compare('b', USERS.get('bob') ?? ''), true);
    await until(
      () => ended,
      (threads) => threads === nth,
      `${nth} threads have ended`,
    );
    assert.equal(started, nth);
  }
});
