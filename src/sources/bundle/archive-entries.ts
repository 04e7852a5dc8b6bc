import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { type Extract, extract, type Header } from 'tar-stream';
import { epochSecondsFromMs } from '../../model/brand.ts';
import { BundleCut, type BundleEntry, BundleError, type BundleLimits } from './entry.ts';

/** What reads as a tar has `ustar` in its first header (POSIX pax); gzip begins as RFC 1952 says. */
export type Packing = 'gzip' | 'tar' | 'other';

/** How a file is packed, by its first bytes: its name may say anything. @param start at least 262 bytes, or all */
export function packingOf(start: Uint8Array): Packing {
  if (start[0] === 0x1f && start[1] === 0x8b) return 'gzip';
  return Buffer.from(start.subarray(257, 262)).toString('latin1') === 'ustar' ? 'tar' : 'other';
}

export interface ArchiveOptions {
  readonly limits: BundleLimits;
  readonly signal: AbortSignal;
}

/**
 * The files of a tar archive, compressed or not, one after the other; links, devices and folders are passed over.
 * @throws BundleCut where it is damaged, cut off, or grows beyond its limits as a gzip bomb does
 */
export async function* archiveEntries(
  file: string,
  packing: 'gzip' | 'tar',
  { limits, signal }: ArchiveOptions,
): AsyncGenerator<BundleEntry> {
  const tar = extract();
  const source = createReadStream(file);
  const unpacked = packing === 'gzip' ? source.pipe(createGunzip()) : source;
  if (unpacked !== source) source.on('error', (error) => unpacked.destroy(error));
  const pumped = pipeline(metered(unpacked, limits), tar as unknown as NodeJS.WritableStream, { signal });
  // Told by the entries too; nobody else waits for it while they are read.
  pumped.catch(() => undefined);
  try {
    yield* entriesOf(tar, limits);
    await pumped;
  } catch (error) {
    throw signal.aborted ? signal.reason : cutBy(error);
  } finally {
    tar.destroy();
    source.destroy();
  }
}

async function* entriesOf(tar: Extract, limits: BundleLimits): AsyncGenerator<BundleEntry> {
  let seen = 0;
  for await (const entry of tar) {
    seen += 1;
    if (seen > limits.entries) throw new BundleCut(`more than ${limits.entries} entries`);
    const rest = (entry as unknown as Readable)[Symbol.asyncIterator]();
    if (isFile(entry.header)) yield entryOf(entry.header, rest);
    // What nobody wanted has to be passed by.
    while ((await rest.next()).done !== true);
  }
}

/** Archives of old programs say nothing of the kind. */
function isFile({ type }: Header): boolean {
  return type === 'file' || type === 'contiguous-file' || type === undefined || type === null;
}

function entryOf({ name, size = 0, mtime }: Header, rest: AsyncIterator<Uint8Array>): BundleEntry {
  const ms = mtime?.getTime() ?? 0;
  return {
    path: name.replace(/^(\.?\/)+/, ''),
    bytes: size,
    // Archives made to be the same each time have a time of 0.
    ...(ms > 0 && { writtenAt: epochSecondsFromMs(ms) }),
    chunks: () => restOf(rest),
  };
}

/** Without letting go of it when a reader stops early: that would end the whole archive. */
async function* restOf(rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
  } catch (error) {
    throw cutBy(error);
  }
}

async function* metered(chunks: AsyncIterable<Uint8Array>, limits: BundleLimits): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > limits.totalBytes)
      throw new BundleCut(`unpacked it is larger than ${limits.totalBytes / 1024 ** 2} MiB`);
    yield chunk;
  }
}

function cutBy(error: unknown): Error {
  if (error instanceof BundleCut || error instanceof BundleError) return error;
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (code === 'EACCES') return new BundleError('may not be read by this user');
  if (code.startsWith('Z_')) return new BundleCut('the compressed data is damaged or cut off', { cause: error });
  if (/Unexpected end of data|Writable stream closed|Premature close/.test(message))
    return new BundleCut('the archive is cut off', { cause: error });
  return new BundleCut('what stands there is no tar archive', { cause: error });
}
