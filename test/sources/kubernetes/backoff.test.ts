import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createBackoff } from '../../../src/sources/kubernetes/backoff.ts';

describe('backoff', () => {
  it('doubles up to its cap, and begins anew after a success', () => {
    const backoff = createBackoff({ baseMs: 100, capMs: 500, random: () => 1 });
    assert.deepEqual(
      [1, 2, 3, 4, 5].map(() => backoff.next()),
      [100, 200, 400, 500, 500],
    );
    backoff.reset();
    assert.equal(backoff.next(), 100);
  });

  it('spreads over the upper half', () => {
    assert.equal(createBackoff({ baseMs: 100, capMs: 500, random: () => 0 }).next(), 50);
  });

  it('waits at least as long as the server asked for', () => {
    assert.equal(createBackoff({ baseMs: 100, capMs: 500, random: () => 1 }).next(9_000), 9_000);
  });

  it('stays at its cap after any number of failures', () => {
    const backoff = createBackoff({ baseMs: 1, capMs: 500, random: () => 1 });
    for (let tries = 0; tries < 5_000; tries += 1) backoff.next();
    assert.equal(backoff.next(), 500);
  });
});
