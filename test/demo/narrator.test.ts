import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createNarrator, SAYS_WIDTH, SEEN_WIDTH, whereToLook } from '../../src/demo/narrator.ts';
import type { Beat, Scenario } from '../../src/demo/scenario/scenario.ts';
import { SCENARIOS } from '../../src/demo/scenario/scenarios.ts';
import type { Sighting } from '../../src/demo/scenario/verify.ts';

const COLUMNS = 80;
const SEEN: Sighting = { seen: true, polls: 2, afterMs: 1234, missed: [], from: 0 };

function beatsOf({ acts }: Scenario): readonly Beat[] {
  return acts.flatMap(({ beats }) => beats);
}

function told(beat: Beat, sighting: Sighting): string {
  let text = '';
  createNarrator((more) => {
    text += more;
  }).beat(beat, sighting);
  return text;
}

for (const scenario of SCENARIOS) {
  test(`${scenario.name}: each act is one line that fits a terminal of 80 columns`, () => {
    for (const beat of beatsOf(scenario)) {
      assert.ok(beat.says.length <= SAYS_WIDTH && beat.seen.length <= SEEN_WIDTH, `${beat.says} | ${beat.seen}`);
      const line = told(beat, SEEN);
      assert.ok(line.includes(beat.says) && line.includes(`${beat.seen} `) && line.endsWith('1.2s\n'), line);
      assert.ok(line.length - 1 <= COLUMNS && line.indexOf('\n') === line.length - 1, line);
    }
  });

  test(`${scenario.name}: where to look fits too`, () => {
    const text = whereToLook({
      url: 'http://127.0.0.1:19012',
      scenario,
      speed: 1,
      folder: '/tmp/meshladder-demo-AbCdEf',
      kubectlConfig: '/tmp/meshladder-demo-AbCdEf/kubectl.yaml',
      proxies: 10,
    });
    for (const line of text.split('\n')) assert.ok(line.length <= COLUMNS, line);
    for (const word of [
      '/metrics',
      '/api/v1/proxies',
      '/api/v1/status',
      'kubectl',
      'exec, debug, port-forward',
      scenario.about,
    ])
      assert.ok(text.includes(word), word);
  });
}

test('what was not seen is told with what was said instead', () => {
  const [beat] = beatsOf(SCENARIOS[0]);
  assert.ok(beat);
  const missed = ['meshladder_istiods = 2; it says absent', 'meshladder_pods = 1; it says 7'];
  const text = told(beat, { ...SEEN, seen: false, missed });
  assert.match(text, /NOT SEEN: /);
  for (const one of missed) assert.ok(text.includes(`\n        ${one}\n`));
});
