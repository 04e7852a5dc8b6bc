import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { createGunzip, deflateRawSync, gunzipSync } from 'node:zlib';
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

test('a part that could not be packed is packed by who asks next; what was packed beside it is kept', async () => {
  const [good, bad] = ['good', 'bad'].map((word) => Buffer.from(word.repeat(1000)));
  assert.ok(good && bad);
  const taken: Buffer[] = [];
  const pack = createPacker(async (part, options) => {
    taken.push(part);
    if (part === bad && taken.length <= 2) throw new Error('no memory');
    return deflateRawSync(part, options);
  });
  await assert.rejects(pack([good, bad]), /no memory/);
  for (let n = 0; n < 2; n++) assert.ok(gunzipSync(Buffer.concat(await pack([good, bad]))).includes(bad));
  assert.deepEqual(taken, [good, bad, bad]);
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
