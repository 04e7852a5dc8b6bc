import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearNames } from '../../src/cli/config-near.ts';

const LOGGERS = ['admin', 'conn_handler', 'connection', 'http', 'http2', 'jwt', 'rbac', 'router'];
const CASES: readonly (readonly [word: string, near: readonly string[]])[] = [
  ['rbca', ['rbac']],
  ['rbac2', ['rbac']],
  ['htttp', ['http', 'http2']],
  ['http', ['http', 'http2']],
  ['conn', ['conn_handler', 'connection']],
  ['handler', ['conn_handler']],
  ['zzz', []],
  ['', []],
];
for (const [word, near] of CASES) {
  test(`near ${word || 'nothing'}`, () => {
    assert.deepEqual(nearNames(word, LOGGERS), near);
  });
}

test('no more than a person reads', () => {
  const pods = Array.from({ length: 100 }, (_, nth) => `cart-${nth}`);
  assert.equal(nearNames('cart-x', pods).length, 6);
});
