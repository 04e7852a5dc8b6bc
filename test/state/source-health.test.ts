import assert from 'node:assert/strict';
import { test } from 'node:test';
import { epochSeconds } from '../../src/model/brand.ts';
import { PENDING } from '../../src/model/observed.ts';
import type { SourceError } from '../../src/model/source-error.ts';
import { afterFailure, newHealth, nextHealth } from '../../src/state/source-health.ts';

const REFUSED: SourceError = { code: 'refused', detail: 'istiod-1: ECONNREFUSED' };
const DENIED: SourceError = { code: 'denied', status: 403, detail: 'istiod-2: 403' };

test('a new source has every reason at 0 and neither up nor down', () => {
  const health = newHealth('istiod');
  assert.equal(health.up, undefined);
  assert.equal(health.polls, 0);
  assert.deepEqual(new Set(Object.values(health.errors)), new Set([0]));
  assert.ok('too_large' in health.errors && 'denied' in health.errors);
});

test('each poll counts once, each error by its reason; a poll with an answer is a success all the same', () => {
  let health = nextHealth(newHealth('istiod'), { ok: true, errors: [REFUSED, DENIED, DENIED] }, epochSeconds(10));
  assert.deepEqual([health.up, health.polls, health.lastSuccessAt], [true, 1, 10]);
  assert.deepEqual([health.errors.refused, health.errors.denied, health.errors.tls], [1, 2, 0]);
  health = nextHealth(health, { ok: false, errors: [REFUSED] }, epochSeconds(20));
  assert.deepEqual([health.up, health.polls, health.lastSuccessAt], [false, 2, 10]);
  assert.equal(health.errors.refused, 2);
  assert.equal(health.lastError, 'refused: istiod-1: ECONNREFUSED');
  assert.equal(nextHealth(health, { ok: true, errors: [] }, epochSeconds(30)).lastError, undefined);
});

test('after a failure the last value grows stale, and keeps its age', () => {
  const fresh = { state: 'fresh', at: epochSeconds(5), value: 'mesh' } as const;
  const stale = { state: 'stale', at: 5, value: 'mesh', error: REFUSED };
  assert.deepEqual(afterFailure(fresh, REFUSED), stale);
  assert.deepEqual(afterFailure(afterFailure(fresh, DENIED), REFUSED), stale);
});

test('without any value there is only the error', () => {
  assert.deepEqual(afterFailure(PENDING, REFUSED), { state: 'failed', error: REFUSED });
  assert.deepEqual(afterFailure({ state: 'failed', error: DENIED }, REFUSED), { state: 'failed', error: REFUSED });
});
