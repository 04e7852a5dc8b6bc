import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { nestingOf } from '../../../src/sources/envoy/nesting.ts';

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

test('counts what a parser finds, whatever stands in strings', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 8 }), fc.constantFrom('[{\\"', '\\', '"]', '\\"{{'), (value, trap) => {
      const text = JSON.stringify({ [trap]: [value, trap] });
      assert.equal(nestingOf(Buffer.from(text), 99), depthOf(JSON.parse(text)));
    }),
  );
});

test('stops counting beyond the limit', () => {
  assert.equal(nestingOf(Buffer.alloc(1_000, '['), 10), 11);
});

test('a string without an end ends with the text', () => {
  assert.equal(nestingOf(Buffer.from('{"a[[[['), 10), 1);
});
