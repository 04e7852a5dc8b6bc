import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AskError } from '../../../src/sources/istiod/ask-error.ts';
import { type CutOptions, createArrayCutter } from '../../../src/sources/istiod/cut-array.ts';

interface Cut {
  readonly values: unknown[];
  readonly oversized: number;
  readonly documents: number;
}

/** Cuts a text that arrives in pieces ending at `borders`. */
function cut(text: string, borders: readonly number[], options: Partial<CutOptions> & { many?: boolean } = {}): Cut {
  const bytes = Buffer.from(text);
  const values: unknown[] = [];
  let oversized = 0;
  let documents = 0;
  const handlers = {
    element: (value: unknown) => values.push(value),
    oversized: () => oversized++,
    ...(options.many === true ? { document: () => documents++ } : {}),
  };
  const cutter = createArrayCutter(handlers, { maxElementBytes: 1 << 20, ...options });
  const ends = [...new Set(borders.map((border) => border % (bytes.length + 1)))].sort((one, other) => one - other);
  let from = 0;
  for (const end of [...ends, bytes.length]) {
    cutter.push(bytes.subarray(from, end));
    from = end;
  }
  cutter.end();
  return { values, oversized, documents };
}

function reasonOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof AskError);
    return `${error.reason.code}: ${error.reason.detail}`;
  }
  assert.fail('it did not throw');
}

const BORDERS = fc.array(fc.nat({ max: 5_000 }), { maxLength: 30 });
const INDENT = fc.constantFrom(undefined, 1, '\t');

test('the elements are those of JSON.parse, wherever the text is cut', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue({ stringUnit: 'binary' })), BORDERS, INDENT, (array, borders, indent) => {
      const text = JSON.stringify(array, undefined, indent);
      assert.deepEqual(cut(text, borders).values, JSON.parse(text));
    }),
    { numRuns: 400 },
  );
});

test('strings full of quotes, backslashes, brackets and characters of several bytes are cut byte by byte', () => {
  const hard = ['"', '\\', '\\"', ']', '[{', ',', '\\\\', 'é', '語', '\u{1f600}', '\u0000', ''];
  fc.assert(
    fc.property(fc.array(fc.array(fc.constantFrom(...hard)).map((parts) => parts.join(''))), (strings) => {
      const text = JSON.stringify(strings.map((text, n) => (n % 2 === 0 ? text : { [text]: [text, { deep: text }] })));
      const everyByte = Array.from({ length: Buffer.byteLength(text) }, (_, at) => at);
      assert.deepEqual(cut(text, everyByte).values, JSON.parse(text));
    }),
  );
});

test('a text that JSON.parse refuses, or that is no array, is refused with a reason', () => {
  const text = fc.oneof(
    fc.string({ unit: fc.constantFrom('[', ']', '{', '}', ',', '"', '1', ' ', '\\', ':', 'a'), maxLength: 12 }),
    fc.json(),
  );
  fc.assert(
    fc.property(text, BORDERS, (candidate, borders) => {
      let parsed: unknown;
      try {
        parsed = JSON.parse(candidate);
      } catch {
        parsed = undefined;
      }
      if (Array.isArray(parsed)) assert.deepEqual(cut(candidate, borders).values, parsed);
      else
        assert.match(
          reasonOf(() => cut(candidate, borders)),
          /^(invalid|truncated): /,
        );
    }),
    { numRuns: 2_000 },
  );
});

const REFUSED: readonly (readonly [text: string, reason: string])[] = [
  ['', 'truncated: the answer is empty'],
  [' \n', 'truncated: the answer is empty'],
  ['[', 'truncated: the JSON ends before its array does'],
  ['[{"a":1},', 'truncated: the JSON ends before its array does'],
  ['[{"a":"x]', 'truncated: the JSON ends before its array does'],
  ['<html><body>', 'invalid: not a JSON array: it starts with "<html><body>"'],
  ['{"a":[]}', 'invalid: not a JSON array: it starts with "{\\"a\\":[]}"'],
  ['\u001b[31mred', 'invalid: not a JSON array: it starts with "\\u001b[31mred"'],
  ['[]x', 'invalid: there is more text after the JSON array'],
  ['[1][2]', 'invalid: there is more text after the JSON array'],
  ['[,1]', 'invalid: the JSON array lacks an element'],
  ['[1,]', 'invalid: the JSON array lacks an element'],
  ['[{"a":1} {"b":2}]', 'invalid: an element of the JSON array is not valid JSON'],
  ['[{"a":1]}', 'truncated: the JSON ends before its array does'],
  ['[}]', 'invalid: an element of the JSON array is not valid JSON'],
];

for (const [text, reason] of REFUSED) {
  test(`${JSON.stringify(text)} is ${reason}`, () => {
    assert.equal(
      reasonOf(() => cut(text, [])),
      reason,
    );
    assert.equal(reasonOf(() => cut(text, [1, 2, 3])).split(':')[0], reason.split(':')[0]);
  });
}

test('an element over the limit is passed over, the others are kept', () => {
  const text = JSON.stringify([{ a: 1 }, { long: 'x'.repeat(200) }, { b: [','] }, 'y'.repeat(99)]);
  for (const borders of [[], [10, 20, 100, 150], Array.from({ length: text.length }, (_, at) => at)]) {
    assert.deepEqual(cut(text, borders, { maxElementBytes: 100 }), {
      values: [{ a: 1 }, { b: [','] }],
      oversized: 2,
      documents: 0,
    });
  }
});

test('several arrays one after the other, where that is allowed', () => {
  const { values, documents } = cut('[1,2]\n[]\n\n[{"a":[3]}]', [1, 4, 9], { many: true });
  assert.deepEqual(values, [1, 2, { a: [3] }]);
  assert.equal(documents, 3);
  assert.equal(
    reasonOf(() => cut('[1] {', [], { many: true })),
    'invalid: not a JSON array: it starts with "{"',
  );
});

test('the first array inside an object', () => {
  const text = '{"totalClients":2,"clients":[{"id":"a"},{"id":"b"}],"more":[1]}';
  fc.assert(
    fc.property(BORDERS, (borders) => {
      assert.deepEqual(cut(text, borders, { place: 'in_object' }).values, [{ id: 'a' }, { id: 'b' }]);
    }),
  );
});

test('what is pushed may be overwritten afterwards', () => {
  const values: unknown[] = [];
  const cutter = createArrayCutter(
    { element: (value) => values.push(value), oversized: () => assert.fail() },
    { maxElementBytes: 100 },
  );
  const room = Buffer.alloc(8);
  for (const piece of ['[{"a":"b', 'cdefghij', '"},[1,2 ', ',3],4   ]']) {
    for (let at = 0; at < piece.length; at += room.length) {
      const length = room.write(piece.slice(at, at + room.length));
      cutter.push(room.subarray(0, length));
    }
  }
  cutter.end();
  assert.deepEqual(values, [{ a: 'bcdefghij' }, [1, 2, 3], 4]);
});
