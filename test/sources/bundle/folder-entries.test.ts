import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { BUNDLE_LIMITS, BundleCut } from '../../../src/sources/bundle/entry.ts';
import { folderEntries } from '../../../src/sources/bundle/folder-entries.ts';

/** A file `a`, and a folder `b` with a file in it. */
async function folderWith(context: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'meshladder-folder-'));
  context.after(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, 'b'));
  for (const path of ['a', 'b/c']) await writeFile(join(folder, path), path);
  return folder;
}

/** Paths in their order; after the first of them `meanwhile` is done. */
async function pathsIn(folder: string, meanwhile: () => Promise<void>): Promise<readonly string[]> {
  const paths: string[] = [];
  for await (const { path } of folderEntries(folder, BUNDLE_LIMITS)) {
    paths.push(path);
    if (paths.length === 1) await meanwhile();
  }
  return paths;
}

test('the files of all folders come in the order of their names', async (context) => {
  const folder = await folderWith(context);
  assert.deepEqual(await pathsIn(folder, async () => undefined), ['a', 'b/c']);
});

test('a folder that goes meanwhile is passed over', async (context) => {
  const folder = await folderWith(context);
  const remove = (): Promise<void> => rm(join(folder, 'b'), { recursive: true });
  assert.deepEqual(await pathsIn(folder, remove), ['a']);
});

test('a folder that cannot be listed ends the bundle there, by its name', async (context) => {
  const folder = await folderWith(context);
  const replace = async (): Promise<void> => {
    await rm(join(folder, 'b'), { recursive: true });
    await writeFile(join(folder, 'b'), '');
  };
  await assert.rejects(pathsIn(folder, replace), (error) => {
    assert.ok(error instanceof BundleCut);
    assert.equal(error.message, 'the folder b cannot be read (ENOTDIR)');
    return true;
  });
});
