import { open, stat } from 'node:fs/promises';
import { type ArchiveOptions, archiveEntries, packingOf } from './archive-entries.ts';
import { type BundleEntry, BundleError } from './entry.ts';
import { folderEntries } from './folder-entries.ts';

/** A bundle whose entries can be gone through more than once. */
export interface OpenBundle {
  /** @throws BundleCut in the middle, where the rest cannot be read */
  entries(): AsyncGenerator<BundleEntry>;
}

const HEAD_BYTES = 512;

/** Whether a path is a folder or an archive, told by what it is, not by its name. @throws BundleError where it is neither */
export async function openBundle(path: string, options: ArchiveOptions): Promise<OpenBundle> {
  const stats = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new BundleError(error.code === 'ENOENT' ? 'there is no such file or folder' : unreadable(error));
  });
  if (stats.isDirectory()) return { entries: () => folderEntries(path, options.limits) };
  if (!stats.isFile()) throw new BundleError('neither a file nor a folder');
  const packing = packingOf(await headOf(path));
  if (packing === 'other') {
    throw new BundleError(
      'not a bundle: give what istioctl bug-report wrote (bug-report.tar.gz), or a folder of dumps',
    );
  }
  return { entries: () => archiveEntries(path, packing, options) };
}

async function headOf(path: string): Promise<Uint8Array> {
  try {
    await using file = await open(path);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    throw new BundleError(unreadable(error as NodeJS.ErrnoException), { cause: error });
  }
}

function unreadable({ code = 'unknown reason' }: NodeJS.ErrnoException): string {
  return code === 'EACCES' ? 'may not be read by this user' : `cannot be read (${code})`;
}
