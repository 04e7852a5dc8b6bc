import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { createGunzip, gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { createPacker } from '../../../src/sinks/metrics/pack-parts.ts';

test('whatever the parts are, they come back as one', async () => {
  const pack = createPacker();
  const part = fc
    .oneof(fc.uint8Array({ maxLength: 300 }), fc.string().map(Buffer.from))
    .map((bytes) => Buffer.from(bytes));
  await fc.assert(
    fc.asyncProperty(fc.array(part, { maxLength: 8 }), async (parts) => {
      const packed = Buffer.concat(await pack(parts));
      assert.deepEqual(gunzipSync(packed), Buffer.concat(parts));
    }),
  );
});

test('a part that was packed is not packed again', async () => {
  const pack = createPacker();
  const [stays, goes, comes] = ['stays', 'goes', 'comes'].map((word) => Buffer.from(word.repeat(1000)));
  assert.ok(stays && goes && comes);
  const [, before] = await pack([stays, goes]);
  const [, , after] = await pack([comes, stays]);
  assert.equal(after, before);
});

test('it is one gzip file, for readers that stop at the end of the first', async () => {
  const parts = ['# one\n', '# two\n', '# three\n'].map((line) => Buffer.from(line.repeat(10_000)));
  const packed = Buffer.concat(await createPacker()(parts));
  const gunzip = createGunzip();
  gunzip.end(packed);
  const read = await gunzip.toArray();
  assert.equal(gunzip.bytesWritten, packed.length);
  assert.deepEqual(Buffer.concat(read), Buffer.concat(parts));
  // gzip itself is stricter than zlib about what stands at the end.
  assert.deepEqual(execFileSync('gzip', ['-dc'], { input: packed }), Buffer.concat(parts));
});
