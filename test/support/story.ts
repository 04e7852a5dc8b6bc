import assert from 'node:assert/strict';
import type { Expectation } from '../../src/demo/scenario/expectation.ts';
import type { Act, Scenario } from '../../src/demo/scenario/scenario.ts';

/** Acts of several stories one after the other, for a test that watches them from outside. */

/**
 * An act of a story, at once, without what it says of the ladder, which takes long to ask.
 * @param expects what must come true before the next act, besides what the story itself expects
 */
export function actOf({ acts }: Scenario, name: string, ...expects: readonly Expectation[]): Act {
  const found = acts.find((each) => each.name === name);
  assert.ok(found, name);
  const start = Math.min(...found.beats.flatMap(({ at, deeds }) => [at, ...deeds.map((deed) => deed.at)]));
  const beats = found.beats.map((beat) => ({
    ...beat,
    at: beat.at - start,
    deeds: beat.deeds.map((deed) => ({ ...deed, at: deed.at - start })),
    expects: beat.expects.filter(({ by }) => by !== 'ladder'),
  }));
  const [last] = beats.slice(-1);
  assert.ok(last);
  return { name, beats: [...beats, { ...last, deeds: [], says: name, seen: 'so it is', expects }] };
}

/** What the demo waits for before it goes on. */
export function untilTrue(text: string, holds: () => boolean, actual: () => string): Expectation {
  return { text, holds, actual, by: 'outside' };
}
