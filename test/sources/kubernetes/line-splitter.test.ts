import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createLineSplitter, type Line } from '../../../src/sources/kubernetes/line-splitter.ts';

const LIMIT = 64;

/** What the splitter must find, from the whole text at once. */
function expected(text: string): Line[] {
  return text
    .split('\n')
    .slice(0, -1)
    .flatMap((line): Line[] => {
      const droppedBytes = Buffer.byteLength(line);
      if (droppedBytes > LIMIT) return [{ droppedBytes }];
      const trimmed = line.endsWith('\r') ? line.slice(0, -1) : line;
      return trimmed === '' ? [] : [{ text: trimmed }];
    });
}

/** Cuts the bytes at the given places, wherever they fall: inside of a character, on a newline, nowhere. */
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const edges = [0, ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return edges.slice(1).map((edge, at) => bytes.subarray(edges[at], edge));
}

describe('line splitter', () => {
  const words = fc.array(
    fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 20 }),
      fc.constantFrom('\n', '\r\n', '\r', 'é', '漢字', '🙂', '\n\n', 'x'.repeat(LIMIT), 'y'.repeat(LIMIT + 1)),
    ),
    { maxLength: 30 },
  );

  it('finds the same lines wherever the chunks are cut', () => {
    fc.assert(
      fc.property(words, fc.array(fc.nat(), { maxLength: 20 }), (parts, places) => {
        const text = parts.join('');
        const splitter = createLineSplitter(LIMIT);
        const found = cut(Buffer.from(text), places).flatMap((chunk) => splitter.push(chunk));
        assert.deepEqual(found, expected(text));
        assert.equal(splitter.pendingBytes(), Buffer.byteLength(text.slice(text.lastIndexOf('\n') + 1)));
      }),
    );
  });

  it('does not keep the bytes of a chunk that the socket will use again', () => {
    const splitter = createLineSplitter(LIMIT);
    const chunk = Buffer.from('begin');
    assert.deepEqual(splitter.push(chunk), []);
    chunk.fill('#');
    assert.deepEqual(splitter.push(Buffer.from(' end\n')), [{ text: 'begin end' }]);
  });
});
