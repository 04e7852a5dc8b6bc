import assert from 'node:assert/strict';
import { test } from 'node:test';
import { advanceVerbose, NO_VERBOSE_SINCE } from '../../src/model/verbose-since.ts';
import { look, looks } from '../support/inspection.ts';

const DEBUG = { name: 'rbac', level: 'debug' };
const TRACE = { name: 'rbac', level: 'trace' };

/** Looks one after the other; what is remembered after the last. */
function remembered(...steps: readonly ReturnType<typeof look>[][]): readonly (readonly [string, number])[] {
  let since = NO_VERBOSE_SINCE;
  for (const step of steps) since = advanceVerbose(since, looks(...step));
  return [...since];
}

test('a logger is verbose since the look that first found it so', () => {
  const steps = [10, 20, 30].map((at) => [look('shop', 'a', { at, verboseLoggers: at < 20 ? [] : [DEBUG] })]);
  assert.deepEqual(remembered(...steps), [['shop/a rbac', 20]]);
});

test('a change of its level changes nothing', () => {
  const steps = [DEBUG, TRACE].map((logger, nth) => [look('shop', 'a', { at: 10 + nth, verboseLoggers: [logger] })]);
  assert.deepEqual(remembered(...steps), [['shop/a rbac', 10]]);
});

test('one that was put back begins anew', () => {
  const steps = [[DEBUG], [], [DEBUG]].map((verboseLoggers, nth) => [
    look('shop', 'a', { at: 10 + nth, verboseLoggers }),
  ]);
  assert.deepEqual(remembered(...steps), [['shop/a rbac', 12]]);
});

test('a look that could not read loggers says nothing of them', () => {
  const verbose = look('shop', 'a', { at: 10, verboseLoggers: [DEBUG] });
  assert.deepEqual(remembered([verbose], [look('shop', 'a', { at: 20 })]), [['shop/a rbac', 10]]);
});

test('proxies that are gone are forgotten, and only they', () => {
  const both = ['a', 'a-b'].map((name) => look('shop', name, { at: 10, verboseLoggers: [DEBUG] }));
  assert.deepEqual(remembered(both, both.slice(1)), [['shop/a-b rbac', 10]]);
});

test('the map stays the very same while nothing comes and nothing goes', () => {
  const first = advanceVerbose(NO_VERBOSE_SINCE, looks(look('shop', 'a', { at: 10, verboseLoggers: [DEBUG] })));
  assert.equal(advanceVerbose(first, looks(look('shop', 'a', { at: 20, verboseLoggers: [DEBUG] }))), first);
  assert.equal(advanceVerbose(NO_VERBOSE_SINCE, looks(look('shop', 'a'))), NO_VERBOSE_SINCE);
});
