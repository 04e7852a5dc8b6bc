import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { epochSeconds } from '../../../src/model/brand.ts';
import type { ObjectMap } from '../../../src/model/cluster.ts';
import { type Observed, PENDING } from '../../../src/model/observed.ts';
import { memoiseLast } from '../../../src/sources/kubernetes/memoise.ts';
import { mergeObserved } from '../../../src/sources/kubernetes/merge-observed.ts';

type Part = Observed<ObjectMap<number>>;

const denied = { code: 'denied', status: 403, detail: 'no' } as const;
const map = (...keys: string[]): ObjectMap<number> => new Map(keys.map((key, at) => [key, at]));
const fresh = (at: number, ...keys: string[]): Part => ({ state: 'fresh', at: epochSeconds(at), value: map(...keys) });
const stale = (at: number, ...keys: string[]): Part =>
  ({ ...fresh(at, ...keys), state: 'stale', error: denied }) as Part;
const failed: Part = { state: 'failed', error: denied };

/** `fresh@2 a b`, for comparison. */
function show(part: Part): string {
  const at = 'at' in part ? `@${part.at}` : '';
  return [`${part.state}${at}`, ...('value' in part ? [...part.value.keys()].sort() : [])].join(' ');
}

describe('one kind out of several lists', () => {
  const cases: { parts: Part[]; gives: string }[] = [
    { parts: [PENDING], gives: 'pending' },
    { parts: [fresh(1, 'a')], gives: 'fresh@1 a' },
    { parts: [fresh(1, 'a'), fresh(2, 'b')], gives: 'fresh@2 a b' },
    { parts: [fresh(1, 'a'), fresh(2, 'a')], gives: 'fresh@2 a' },
    { parts: [fresh(1, 'a'), PENDING], gives: 'pending' },
    { parts: [failed, PENDING], gives: 'pending' },
    { parts: [fresh(1, 'a'), stale(2, 'b')], gives: 'stale@2 a b' },
    { parts: [fresh(1, 'a'), failed], gives: 'stale@1 a' },
    { parts: [stale(1, 'a'), failed], gives: 'stale@1 a' },
    { parts: [failed, failed], gives: 'failed' },
  ];
  for (const { parts, gives } of cases) {
    it(`${parts.map(show).join(' + ')} is ${gives}`, () => assert.equal(show(mergeObserved(parts)), gives));
  }

  it('is computed again only when a part is another one', () => {
    let computed = 0;
    const merge = memoiseLast((parts: readonly Part[]) => {
      computed += 1;
      return mergeObserved(parts);
    });
    const [one, two, three] = [fresh(1, 'a'), fresh(2, 'b'), fresh(3, 'c')];
    assert.equal(merge([one, two]), merge([one, two]));
    assert.equal(show(merge([one, three])), 'fresh@3 a c');
    assert.equal(show(merge([one])), 'fresh@1 a');
    assert.equal(computed, 3);
  });
});
