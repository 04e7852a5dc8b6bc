import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type JsonExtent, measureJson } from '../../../src/sources/envoy/json-extent.ts';

const FAR: JsonExtent = { depth: 99, values: 1_000_000 };

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

function valuesOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return 1 + Object.values(value).reduce((sum: number, each) => sum + valuesOf(each), 0);
}

test('measures what a parser finds, whatever stands in strings', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 8 }), fc.constantFrom('[{\\"', '\\', '"]', '\\"{{', ',,'), (value, trap) => {
      const text = JSON.stringify({ [trap]: [value, trap] });
      const { depth, values } = measureJson(Buffer.from(text), FAR);
      const parsed = JSON.parse(text) as unknown;
      assert.equal(depth, depthOf(parsed));
      assert.ok(values <= 2 * valuesOf(parsed) && 2 * values >= valuesOf(parsed), `${values} of ${valuesOf(parsed)}`);
    }),
  );
});

test('stops measuring beyond the limit', () => {
  assert.equal(measureJson(Buffer.alloc(1_000, '['), { depth: 10, values: 1_000 }).depth, 11);
  assert.equal(measureJson(Buffer.alloc(1_000, '[],'), { depth: 10, values: 10 }).values, 11);
});

test('a string without an end ends with the text', () => {
  assert.deepEqual(measureJson(Buffer.from('{"a[[[['), FAR), { depth: 1, values: 1 });
});
