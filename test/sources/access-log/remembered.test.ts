import assert from 'node:assert/strict';
import { test } from 'node:test';
import { remembered } from '../../../src/sources/access-log/remembered.ts';

function counting(): { readonly asked: string[]; readonly lengthOf: (text: string) => { readonly length: number } } {
  const asked: string[] = [];
  return {
    asked,
    lengthOf: remembered((text) => {
      asked.push(text);
      return { length: text.length };
    }),
  };
}

test('an answer is worked out once, and is the same one from then on', () => {
  const { asked, lengthOf } = counting();
  assert.equal(lengthOf('outbound|80||a'), lengthOf('outbound|80||a'));
  assert.deepEqual(lengthOf('b'), { length: 1 });
  assert.deepEqual(asked, ['outbound|80||a', 'b']);
});

test('a text of any length is answered, a long one anew each time', () => {
  const { asked, lengthOf } = counting();
  const long = 'x'.repeat(1_000_000);
  assert.equal(lengthOf(long).length, 1_000_000);
  assert.equal(lengthOf(long).length, 1_000_000);
  assert.equal(asked.length, 2);
});

test('after a flood of texts the first is forgotten, and answered as before', () => {
  const { asked, lengthOf } = counting();
  const first = lengthOf('first');
  for (let nth = 0; nth < 5000; nth++) lengthOf(`text ${nth}`);
  assert.deepEqual(lengthOf('first'), first);
  assert.equal(asked.filter((text) => text === 'first').length, 2);
});
