import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Compares a text with `test/golden/NAME`. `UPDATE_GOLDEN=1` writes the file instead: then read the difference before
 * you commit it.
 */
export async function assertGolden(name: string, actual: string): Promise<void> {
  const path = fileURLToPath(new URL(`../golden/${name}`, import.meta.url));
  if (process.env['UPDATE_GOLDEN'] === '1') {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, actual);
    return;
  }
  const expected = await readFile(path, 'utf8').catch(() => '');
  assert.equal(actual, expected, `${name} differs; if that is meant, run the test with UPDATE_GOLDEN=1`);
}
