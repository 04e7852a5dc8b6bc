import assert from 'node:assert/strict';
import { PassThrough, Readable } from 'node:stream';
import { test } from 'node:test';
import { readTexts } from '../../src/cli/object-files.ts';

test('a pipe without an end is given up before it fills the memory', async () => {
  const piece = Buffer.alloc(16 * 1024 * 1024, ' ');
  let given = 0;
  const endless = Readable.from(
    (function* () {
      for (;;) {
        given += 1;
        yield piece;
      }
    })(),
  );
  const out = new PassThrough();
  const io = { stdin: endless, stdout: out, stderr: out, env: {}, signal: new AbortController().signal };
  await assert.rejects(readTexts(['-'], io), { name: 'UserError', message: /^stdin is larger than 256 MiB: / });
  assert.ok(given < 40, `${given} pieces were taken`);
});
