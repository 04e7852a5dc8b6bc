import { createReadStream, type Dirent } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { epochSecondsFromMs } from '../../model/brand.ts';
import { compareText } from '../../model/text-order.ts';
import { BundleCut, type BundleEntry, type BundleLimits } from './entry.ts';

/** Deeper than any report. */
const MAX_DEPTH = 12;

/**
 * The files below a folder, in the order of their names. Links are not followed: they may lead anywhere.
 * @throws BundleCut where there are too many, or they are too large, or a folder may not be read
 */
export async function* folderEntries(folder: string, limits: BundleLimits): AsyncGenerator<BundleEntry> {
  let seen = 0;
  let bytes = 0;
  for await (const path of pathsBelow(folder, '', 0)) {
    const entry = await entryOf(folder, path);
    if (entry === undefined) continue;
    seen += 1;
    bytes += entry.bytes;
    if (seen > limits.entries) throw new BundleCut(`more than ${limits.entries} files`);
    if (bytes > limits.totalBytes) throw new BundleCut(`more than ${limits.totalBytes / 1024 ** 2} MiB of files`);
    yield entry;
  }
}

async function* pathsBelow(folder: string, path: string, depth: number): AsyncGenerator<string> {
  const found = await listed(join(folder, path), path);
  for (const each of found.toSorted((one, other) => compareText(one.name, other.name))) {
    const own = path === '' ? each.name : `${path}/${each.name}`;
    if (each.isFile()) yield own;
    else if (each.isDirectory() && depth < MAX_DEPTH && !each.name.startsWith('.'))
      yield* pathsBelow(folder, own, depth + 1);
  }
}

/** Empty for a folder that has gone meanwhile. @throws BundleCut for one that may not be read */
async function listed(folder: string, path: string): Promise<readonly Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    const { code = 'unknown reason' } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    throw new BundleCut(`${path === '' ? 'it' : `the folder ${path}`} cannot be read (${code})`, { cause: error });
  }
}

/** Undefined for what has gone meanwhile. */
async function entryOf(folder: string, path: string): Promise<BundleEntry | undefined> {
  const file = join(folder, path);
  const stats = await lstat(file).catch(() => undefined);
  if (stats?.isFile() !== true) return undefined;
  return {
    path,
    bytes: stats.size,
    writtenAt: epochSecondsFromMs(stats.mtimeMs),
    chunks: () => contentOf(file),
  };
}

async function* contentOf(file: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(file) as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw new BundleCut(`cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown reason'}`);
  }
}
