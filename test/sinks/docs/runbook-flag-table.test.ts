import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FLAG_WATCHES } from '../../../src/model/flag-watch.ts';
import { RESPONSE_FLAGS } from '../../../src/model/response-flag.ts';
import { RUNBOOK_README, withFlagTable } from '../../../src/sinks/docs/runbook-flag-table.ts';
import { readSource } from '../../support/source-files.ts';

const PAGE = readSource(RUNBOOK_README);

describe('the decoder of the runbook for on-call', () => {
  test('is as the model has it, and stays so', () => {
    assert.equal(withFlagTable(PAGE).text, PAGE);
    assert.equal(withFlagTable(PAGE.replaceAll(/^\| `.*\n/gm, '')).text, PAGE);
  });

  test('has every flag once, those that alerts watch first', () => {
    const flags = [...PAGE.matchAll(/^\| `(\w+)` \|/gm)].map(([, flag]) => flag ?? '');
    assert.deepEqual(
      flags.slice(0, FLAG_WATCHES.length),
      FLAG_WATCHES.map(({ flag }) => flag),
    );
    assert.deepEqual(flags.toSorted(), RESPONSE_FLAGS.map(({ name }) => name).toSorted());
  });

  test('does not call a rate limit an overflow', () => {
    assert.match(PAGE, /^\| `RL` .*never overflow.*UO/m);
    assert.match(PAGE, /^\| `UO` .*circuit breaker/m);
  });

  for (const [name, text] of [
    ['no marks', '# Page\n'],
    ['no end', PAGE.replace(/<!-- End .*-->/, '')],
    ['two ends', `${PAGE}<!-- End of what is generated. -->`],
    ['two tables', PAGE + PAGE],
  ] as const) {
    test(`says where its table stands, of a page with ${name}`, () => {
      assert.throws(
        () => withFlagTable(text),
        /alerts\/runbooks\/README\.md: its table of response flags stands between/,
      );
    });
  }
});
