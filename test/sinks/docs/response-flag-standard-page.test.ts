import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UNWATCHED_FLAGS } from '../../../src/model/flag-unwatched.ts';
import { FLAG_WATCHES } from '../../../src/model/flag-watch.ts';
import { isFailure, RESPONSE_FLAGS } from '../../../src/model/response-flag.ts';
import { responseFlagStandardPage } from '../../../src/sinks/docs/response-flag-standard-page.ts';

const { text } = responseFlagStandardPage();
const watched = FLAG_WATCHES.map(({ flag }) => flag);
const unwatched = UNWATCHED_FLAGS.map(({ flag }) => flag);

test('every flag of Envoy is watched or said to be unwatched, and none is both', () => {
  assert.deepEqual([...watched, ...unwatched].sort(), RESPONSE_FLAGS.map(({ name }) => name).sort());
});

test('what is not looked at is no failure', () => {
  for (const { flag, look } of UNWATCHED_FLAGS) if (look === 'none') assert.equal(isFailure(flag), false, flag);
});

test('NR and UH come first, and wake somebody', () => {
  assert.deepEqual(watched.slice(0, 2), ['NR', 'UH']);
  for (const { flag, severity } of FLAG_WATCHES.slice(0, 2)) assert.equal(severity, 'critical', flag);
});

test('the page has a row for each flag with its threshold, its reason and who acts', () => {
  const rows = text.split('\n').filter((line) => line.startsWith('| [`'));
  assert.equal(rows.length, RESPONSE_FLAGS.length);
  for (const { flag, share, lines, per, severity, why, who } of FLAG_WATCHES) {
    const row = rows.find((each) => each.startsWith(`| [\`${flag}\`]`)) ?? assert.fail(flag);
    const cells = row.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, ''));
    assert.deepEqual(cells.slice(1), [
      `> ${Math.round(share * 1000) / 10} %`,
      `${lines} lines`,
      per,
      severity,
      why,
      who,
    ]);
  }
});

test('words that are easily confused are told apart as the design has them', () => {
  assert.match(text, /`RL` and `RLSE` are rate limiting.*Overflow of a connection pool or circuit breaker is `UO`/);
  assert.match(text, /`UH` is no healthy host: all ejected or failing health checks, or \*\*none at all\*\*/);
  assert.doesNotMatch(text, /RL[^|\n]{0,20}\boverflow\b(?!”)/);
});

test('reasons and owners are said, in whole sentences', () => {
  for (const { flag, why, who } of [...FLAG_WATCHES, ...UNWATCHED_FLAGS]) {
    assert.match(why, /^(?:[A-Z]|istiod |gRPC ).*\.$/, flag);
    assert.ok(who.length > 5, flag);
  }
});
