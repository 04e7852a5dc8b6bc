import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createReadiness } from '../../src/app/readiness.ts';

test('nothing is ready before it is known which sources there are', () => {
  let nowMs = 0;
  let tasks: { readonly name: string; readonly spoken: () => boolean }[] | undefined;
  const pending = createReadiness(() => tasks, { monotonicMs: () => nowMs });
  assert.deepEqual(pending(), ['the sources']);
  let spoken = false;
  tasks = [
    { name: 'istiod', spoken: () => spoken },
    { name: 'kubernetes', spoken: () => true },
  ];
  assert.deepEqual(pending(), ['istiod']);
  spoken = true;
  assert.deepEqual(pending(), []);
  spoken = false;
  nowMs = 30_000;
  assert.deepEqual(pending(), [], 'a source that never speaks does not hold up the others for ever');
});

test('an exporter without sources is ready', () => {
  assert.deepEqual(createReadiness(() => [], { monotonicMs: () => 0 })(), []);
});
