import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { FamilySpec, Sample } from '../../../src/rungs/rung.ts';
import { createFamilyText, type FamilyText } from '../../../src/sinks/metrics/family-text.ts';
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
  return { text: Buffer.concat(pieces).toString(), repeats };
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
      const text = textOf(
        family,
        labels.map((pair) => ({ labels: pair, value: 1 })),
      );
      const [read] = readExposition(text).values();
      const found = [...(read?.samples.keys() ?? [])].map(labelsOf);
      assert.deepEqual(found, [...expected.values()]);
    }),
  );
});

function textOf(family: FamilyText, samples: readonly Sample[]): string {
  return Buffer.concat([...family.pieces(samples, () => {})]).toString();
}

const MANY = Array.from({ length: 3001 }, (_, index) => ({
  labels: { a: `${index}`, b: `${index % 7}` },
  value: index,
}));

test('many samples come in pieces, none lost and none twice', () => {
  const pieces = [...createFamilyText(FAMILY).pieces(MANY, () => assert.fail())];
  assert.ok(pieces.length > 5);
  const [family] = readExposition(Buffer.concat(pieces).toString()).values();
  assert.deepEqual(
    family?.samples.values().toArray(),
    MANY.map((sample) => sample.value),
  );
});

test('what did not change is not written again, also when a sample comes or goes before it', () => {
  const family = createFamilyText(FAMILY);
  const before = new Set(family.pieces(MANY, () => assert.fail()));
  const kept = (samples: readonly Sample[]): number =>
    [...family.pieces(samples, () => assert.fail())].filter((piece) => before.has(piece)).length;
  assert.equal(kept(MANY), before.size);
  // The header and all pieces but the one around the change.
  const added = [...MANY.slice(0, 700), { labels: { a: 'new', b: '' }, value: 1 }, ...MANY.slice(700)];
  assert.equal(kept(added), before.size - 1);
  assert.equal(kept(MANY.toSpliced(700, 1)), before.size - 1);
  assert.equal(kept(MANY.with(700, { labels: MANY[700]?.labels ?? { a: '', b: '' }, value: -1 })), before.size - 1);
});

test('a repetition of something in an unchanged piece is found, and forgotten when it is gone', () => {
  const family = createFamilyText(FAMILY);
  const first = textOf(family, MANY);
  const twin = { labels: { ...MANY[10]?.labels }, value: 5 };
  let repeats = 0;
  const doubled = [...family.pieces([...MANY, twin], () => (repeats += 1))];
  assert.deepEqual([repeats, Buffer.concat(doubled).toString() === first], [1, true]);
  const early = textOf(family, [twin, ...MANY]);
  assert.equal([...readExposition(early).values()][0]?.samples.get('meshladder_test{a="10",b="3"}'), 5);
  assert.equal(textOf(family, MANY), first);
});

test('a family written again and again says what one written once would say', () => {
  const pool = Array.from({ length: 900 }, (_, index) => ({ a: `${index}`, b: '' }));
  const edit = fc.record({
    at: fc.nat(2000),
    remove: fc.nat(400),
    add: fc.array(fc.tuple(fc.nat(899), fc.nat(3)), { maxLength: 300 }),
  });
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 6 }), (edits) => {
      const family = createFamilyText(FAMILY);
      let samples: readonly Sample[] = pool.map((labels) => ({ labels, value: 0 }));
      for (const { at, remove, add } of edits) {
        const added = add.map(([index, value]) => ({ labels: pool[index] ?? {}, value }));
        samples = samples.toSpliced(at % (samples.length + 1), remove, ...added);
        assert.equal(textOf(family, samples), textOf(createFamilyText(FAMILY), samples));
      }
    }),
    { numRuns: 40 },
  );
});
