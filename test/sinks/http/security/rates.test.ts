import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClientRate } from '../../../../src/sinks/http/security/client-rate.ts';
import { createTokenBucket } from '../../../../src/sinks/http/security/token-bucket.ts';

test('a bucket gives its burst at once, then one each interval, and never more than its burst', () => {
  let nowMs = 0;
  const bucket = createTokenBucket({ intervalMs: 100, burst: 3 }, () => nowMs);
  const takeAll = (): number => {
    let taken = 0;
    while (bucket.take()) taken += 1;
    return taken;
  };
  assert.equal(takeAll(), 3);
  nowMs += 99;
  assert.equal(takeAll(), 0);
  nowMs += 1;
  assert.equal(takeAll(), 1);
  nowMs += 250;
  assert.equal(takeAll(), 2);
  assert.equal(bucket.isFull(), false);
  nowMs += 60_000;
  assert.equal(bucket.isFull(), true);
  assert.equal(takeAll(), 3);
});

const SAME: readonly (readonly [string, string, boolean])[] = [
  ['10.0.0.1', '10.0.0.1', true],
  ['10.0.0.1', '10.0.0.2', false],
  ['::ffff:10.0.0.1', '::ffff:10.0.0.2', false],
  ['2001:db8:1:2::1', '2001:db8:1:2:ffff:1:2:3', true],
  ['2001:db8:1:2::1', '2001:db8:1:3::1', false],
  ['::1', '::1', true],
  ['2001:db8::1', '2001:db8::2', true],
  ['fd00::a:1', 'fd00::a:2', true],
  ['2001:db8::1', '2001:db8:0:1::1', false],
  ['fe80::1', 'fe80::2', true],
];
for (const [one, other, isSame] of SAME) {
  test(`${one} and ${other} are ${isSame ? 'one client' : 'two clients'}`, () => {
    const rate = createClientRate({ intervalMs: 1000, burst: 1 }, () => 0);
    assert.equal(rate.take(one), true);
    assert.equal(rate.take(other), !isSame);
  });
}

test('a flood of addresses shares one bucket, costs no more memory, and is forgotten', () => {
  let nowMs = 0;
  const rate = createClientRate({ intervalMs: 1000, burst: 1 }, () => nowMs);
  const addresses = Array.from({ length: 5000 }, (_, nth) => `10.1.${nth >> 8}.${nth & 255}`);
  const admitted = addresses.filter((address) => rate.take(address)).length;
  assert.ok(admitted > 1990 && admitted < 2010, String(admitted));
  nowMs += 1000;
  assert.equal(rate.take('10.9.9.9'), true);
  assert.equal(rate.take('10.9.9.9'), false);
});
