import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  formatDuration,
  formatListenAddress,
  parseBytes,
  parseDuration,
  parseListenAddress,
  quote,
} from '../../src/config/units.ts';

const DURATIONS: readonly (readonly [string, number])[] = [
  ['10s', 10_000],
  ['500ms', 500],
  ['1m30s', 90_000],
  ['1.5h', 5_400_000],
  ['1d', 86_400_000],
];
for (const [text, ms] of DURATIONS) {
  test(`duration ${text}`, () => assert.equal(parseDuration(text), ms));
}

test('a duration written is the duration read', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 31 * 86_400_000 }), (ms) => parseDuration(formatDuration(ms)) === ms),
  );
});

test('any text is a positive number of milliseconds or a problem, never more', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9.]{0,20}(ms|s|h)?$/)), (text) => {
      const value = parseDuration(text);
      return typeof value === 'number' ? value >= 1 && value <= 31 * 86_400_000 : value.problem !== '';
    }),
  );
});

test('sizes', () => {
  assert.equal(parseBytes('64MiB'), 67_108_864);
  assert.equal(parseBytes('1GiB'), 1_073_741_824);
  assert.equal(parseBytes('1000'), 1000);
  for (const text of ['', '0', '64MB', '-1', '1.5GiB', '9999999999999'])
    assert.ok(typeof parseBytes(text) === 'object', text);
});

test('listen addresses there and back', () => {
  for (const text of [':19012', '127.0.0.1:0', '[::1]:80', 'localhost:65535', '[::]:1']) {
    const address = parseListenAddress(text);
    assert.ok('port' in address, text);
    assert.equal(formatListenAddress(address), text);
  }
  for (const text of ['', '19012', ':', ':65536', '::1:80', '[::1]', '[1.2.3.4]:80', 'a b:80', 'http://x:80', ':-1']) {
    assert.ok('problem' in parseListenAddress(text), text);
  }
});

test('a quoted value is one short line without credentials', () => {
  assert.equal(quote('http://user:secret@istiod'), '"http://…@istiod"');
  assert.ok(quote('x'.repeat(500)).length <= 80);
  assert.ok(!quote('a\nb').includes('\n'));
});
