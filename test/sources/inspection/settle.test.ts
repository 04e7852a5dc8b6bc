import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isDoubtful, settledSections, settleLook } from '../../../src/sources/inspection/settle.ts';
import type { InspectionTarget } from '../../../src/sources/inspection/targets.ts';
import { look } from '../../support/inspection.ts';
import { target } from '../../support/inspection-source.ts';

type Delivery = InspectionTarget['delivered'];
const of = (nonce: string, sentAt = 5) => ({ nonce, sentAt });

describe('settled sections', () => {
  const cases: readonly (readonly [what: string, before: Delivery, after: Delivery | undefined, settled: object])[] = [
    ['nothing was sent', { routes: of('a') }, { routes: of('a') }, { routes: 5 }],
    ['nothing is to be sent', { routes: of('', 0) }, { routes: of('', 0) }, { routes: 0 }],
    ['something was sent', { routes: of('a') }, { routes: of('b', 9) }, {}],
    ['something is on its way', { routes: of('a') }, {}, {}],
    ['something was on its way', {}, { routes: of('a') }, {}],
    ['nobody has polled', { routes: of('a') }, undefined, {}],
    ['each for itself', { routes: of('a'), clusters: of('b') }, { routes: of('a'), clusters: of('c') }, { routes: 5 }],
  ];
  for (const [what, before, after, settled] of cases) {
    test(what, () => assert.deepEqual(settledSections(before, after), settled));
  }
});

const found = look('shop', 'a', { differences: { clusters: [], routes: ['80'] } });

test('what a proxy in sync lacks counts where nothing was sent meanwhile', () => {
  const synced = target('a', { delivered: { clusters: of('a'), routes: of('b') } });
  const after = { clusters: of('a'), routes: of('c') };
  assert.deepEqual(settleLook(found, synced, after).differences, { clusters: [] });
  assert.deepEqual(settleLook(found, synced, synced.delivered).differences, { clusters: [], routes: ['80'] });
});

test('where something was sent in all of them, nothing is told: unknown is not the same', () => {
  assert.equal('differences' in settleLook(found, target('a'), {}), false);
  assert.equal('differences' in settleLook(found, target('a'), undefined), false);
});

test('how far a proxy lags that is out of sync is told as it was seen', () => {
  const stale = target('a', { verdict: 'stale', delivered: { clusters: of('a') } });
  assert.deepEqual(settleLook(found, stale, undefined).differences, { clusters: [], routes: ['80'] });
});

test('a look that differs, or of a proxy out of sync, is worth another one', () => {
  assert.equal(isDoubtful(found, target('a')), true);
  assert.equal(isDoubtful(look('shop', 'a', { differences: { routes: [] } }), target('a')), false);
  assert.equal(isDoubtful(look('shop', 'a'), target('a')), false);
  assert.equal(isDoubtful(look('shop', 'a'), target('a', { verdict: 'stale' })), true);
});
