import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { badRegex } from '../../../../src/rungs/analysis/schema/regex.ts';
import { computingMs } from '../../../support/computing-ms.ts';

const SOUND = [
  '^/api/v[0-9]+/.*$',
  '(?i)foo',
  '[]a]',
  '[^]a]',
  '[[:alpha:]]+',
  String.raw`\d+\.x`,
  '(?P<name>x)+',
  '(?:a|b)*?',
  'a{2,3}?',
  String.raw`\x{2014}`,
  '^*',
  String.raw`\pL\p{Greek}`,
  String.raw`\Q***\E`,
  'a{,3}',
  '(a)(b)',
];

for (const regex of SOUND) test(`${regex} is sound`, () => assert.equal(badRegex(regex), undefined));

const BAD: readonly (readonly [string, RegExp])[] = [
  ['', /empty/],
  ['(?=a)b', /lookahead/],
  ['(?<!a)b', /lookahead/],
  ['a**', /repeats a repetition/],
  ['a{2}{3}', /repeats a repetition/],
  ['*a', /nothing before/],
  ['a|+', /nothing before/],
  ['(*)', /nothing before/],
  ['(a', /not closed/],
  ['a)', /not opened/],
  ['[a', /not closed/],
  ['a{1001}', /1000/],
  [String.raw`(a)\1`, /refers back/],
  ['a\\', /backslash/],
  [String.raw`\Za`, /unknown escape/],
  ['x'.repeat(1_025), /longer/],
];

for (const [regex, problem] of BAD) {
  test(`${regex.slice(0, 20)} is refused`, () => assert.match(badRegex(regex) ?? '', problem));
}

test('any text is judged, and soon', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 1_024, unit: fc.constantFrom(...'()[]{}*+?|\\^$.a1-:,PQEx<>') }), (text) => {
      return computingMs(() => void badRegex(text)) < 200;
    }),
    { numRuns: 500 },
  );
});
