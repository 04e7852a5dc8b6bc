import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Scenario } from '../../src/demo/scenario/scenario.ts';
import { SCENARIOS } from '../../src/demo/scenario/scenarios.ts';
import { playHere } from './play-here.ts';
import { TOLD_BY } from './told-by.ts';

const MUTE = fileURLToPath(new URL('mute-exporter.ts', import.meta.url));

/** What is told only after a look or a minute of traffic would make the test wait for what never comes. */
const SLOW: ReadonlySet<string> = new Set(['ladder', 'envoy']);

/** These incidents one after the other, as objects and logs tell them. */
function oneAfterTheOther(names: readonly string[]): Scenario {
  const stories = SCENARIOS.filter(({ name }) => names.includes(name));
  assert.equal(stories.length, names.length);
  const acts = stories.flatMap((story) => story.acts);
  return {
    name: 'all',
    about: 'one after the other',
    quiet: true,
    endsAt: 0,
    acts: acts.map((act) => ({
      ...act,
      beats: act.beats.map((beat) => ({ ...beat, expects: beat.expects.filter(({ by }) => !SLOW.has(by)) })),
    })),
  };
}

test('an exporter that hides what tells an incident is found out in each, and with nothing else', async (context) => {
  const { missed } = await playHere(context, {
    scenario: oneAfterTheOther(Object.keys(TOLD_BY)),
    speed: 50,
    script: MUTE,
  });
  const told = missed.map((text) => {
    const [first = '', ...lines] = text.split('\n');
    const beat = /^\+[\d.]+s (.*): \/metrics did not show/.exec(first)?.[1];
    return [beat, ...new Set(lines.map((line) => line.trim().split('{')[0]))];
  });
  const expected = Object.values(TOLD_BY).flatMap(({ family, beats }) => beats.map((beat) => [beat, family]));
  assert.deepEqual(told, expected, missed.join('\n'));
});
