import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { FamilySpec, Sample } from '../../../src/rungs/rung.ts';
import { createFamilyText } from '../../../src/sinks/metrics/family-text.ts';
import { labelsOf, readExposition } from '../../support/exposition.ts';

const FAMILY: FamilySpec = {
  name: 'meshladder_test',
  help: 'A test, with a \\ and\na newline.',
  type: 'gauge',
  stability: 'experimental',
  labels: ['a', 'b'],
};

function write(samples: readonly Sample[], family: FamilySpec = FAMILY): { text: string; repeats: number } {
  let repeats = 0;
  const pieces = [...createFamilyText(family).pieces(samples, () => (repeats += 1))];
  return { text: pieces.join(''), repeats };
}

test('HELP and TYPE come even without samples', () => {
  assert.equal(
    write([]).text,
    '# HELP meshladder_test A test, with a \\\\ and\\na newline.\n# TYPE meshladder_test gauge\n',
  );
});

test('labels stand in the order of the family, an absent one is empty', () => {
  const { text } = write([
    { labels: { b: '2', a: '1' }, value: 3 },
    { labels: { a: '1' }, value: 0.5 },
  ]);
  assert.deepEqual(text.split('\n').slice(2), [
    'meshladder_test{a="1",b="2"} 3',
    'meshladder_test{a="1",b=""} 0.5',
    '',
  ]);
});

test('a family without labels has no braces', () => {
  assert.match(write([{ labels: {}, value: 1 }], { ...FAMILY, labels: [] }).text, /\nmeshladder_test 1\n$/);
});

test('values that are no finite number are written as Prometheus reads them', () => {
  const values = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e21, -0];
  const { text } = write(values.map((value, index) => ({ labels: { a: String(index), b: '' }, value })));
  assert.deepEqual(text.match(/(?<=} ).*/g), ['NaN', '+Inf', '-Inf', '1e+21', '0']);
});

test('a repeated label set is left out and told, the first one stays', () => {
  const { text, repeats } = write([
    { labels: { a: 'x', b: 'y' }, value: 1 },
    { labels: { a: 'y', b: 'x' }, value: 2 },
    { labels: { a: 'x', b: 'y' }, value: 3 },
  ]);
  assert.equal(repeats, 1);
  assert.deepEqual([...readExposition(text).values()][0]?.samples.values().toArray(), [1, 2]);
});

test('what is written is what is read, whatever the labels hold', () => {
  const value = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom('\\', '"', '\n', ',', '{', '}', '=', 'n') }),
  );
  const family = createFamilyText(FAMILY);
  fc.assert(
    fc.property(fc.array(fc.record({ a: value, b: value }, { noNullPrototype: true })), (labels) => {
      const expected = new Map(labels.map((pair) => [JSON.stringify([pair.a, pair.b]), pair]));
      const text = [
        ...family.pieces(
          labels.map((pair) => ({ labels: pair, value: 1 })),
          () => {},
        ),
      ].join('');
      const [read] = readExposition(text).values();
      const found = [...(read?.samples.keys() ?? [])].map(labelsOf);
      assert.deepEqual(found, [...expected.values()]);
    }),
  );
});

test('many samples come in pieces, none lost and none twice', () => {
  const samples = Array.from({ length: 3001 }, (_, index) => ({
    labels: { a: `${index}`, b: `${index % 7}` },
    value: index,
  }));
  const pieces = [...createFamilyText(FAMILY).pieces(samples, () => assert.fail())];
  assert.ok(pieces.length > 5);
  const [family] = readExposition(pieces.join('')).values();
  assert.deepEqual(
    family?.samples.values().toArray(),
    samples.map((sample) => sample.value),
  );
});
