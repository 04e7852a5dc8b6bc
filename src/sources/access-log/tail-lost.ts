import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { CURRENT, type FoundLogs } from './node-logs.ts';
import type { TailedFile } from './tail-file.ts';
import type { FilePosition } from './tail-position.ts';
import type { LogSeries } from './tail-series.ts';

/** Magic number, header and trailer: a shorter file is no gzip. */
const GZIP_LEAST_BYTES = 18;
const TRAILER_BYTES = 4;

/**
 * The bytes of one series that were written and taken away while nobody read, as far as it can be proved: the rest of
 * files that are gone, and whole files that were rotated and compressed meanwhile.
 * @param saved every position of the series in the checkpoint; `gone` those whose file was not found
 */
export function lostWhileAway(
  saved: readonly FilePosition[],
  gone: readonly FilePosition[],
  compressed: FoundLogs['compressed'],
): number {
  const newestThen = saved.reduce((rank, file) => (file.rank !== CURRENT && file.rank > rank ? file.rank : rank), '');
  const since = compressed.filter(({ rank }) => rank > newestThen);
  const current = gone.find(({ rank }) => rank === CURRENT);
  let lost = 0;
  for (const file of gone) if (file !== current) lost += file.size - file.offset;
  // The file written to then is now the first of those compressed since.
  const compressedBytes = since.reduce((sum, { path }) => sum + uncompressedBytes(path), 0);
  if (compressedBytes > 0) return lost + Math.max(0, compressedBytes - (current?.offset ?? 0));
  return lost + (current === undefined ? 0 : current.size - current.offset);
}

/**
 * The bytes that were written, rotated and compressed between two listings without ever bearing a name that was seen;
 * the first such file is the one that was being written to, which is still open.
 */
export function lostBetweenLooks({ files, newestRank }: LogSeries, { files: found, compressed }: FoundLogs): number {
  const since = compressed.filter(({ rank }) => rank > newestRank);
  if (since.length === 0) return 0;
  const current = files.find(({ rank, ino }) => rank === CURRENT && !found.some((file) => file.ino === ino));
  const bytes = since.reduce((sum, { path }) => sum + uncompressedBytes(path), 0);
  return Math.max(0, bytes - (current === undefined ? 0 : lengthOf(current)));
}

/** As long as it is by now, if it is open; else as long as it was last seen: what came later is lost. */
function lengthOf({ fd, size, listedSize }: TailedFile): number {
  return fd === undefined ? Math.max(size, listedSize) : fstatSync(fd).size;
}

/** The length before compression, which gzip writes at its end (RFC 1952, ISIZE); 0 where that cannot be read. */
function uncompressedBytes(path: string): number {
  try {
    const fd = openSync(path, 'r');
    try {
      const size = fstatSync(fd).size;
      const trailer = Buffer.alloc(TRAILER_BYTES);
      if (size < GZIP_LEAST_BYTES || readSync(fd, trailer, 0, TRAILER_BYTES, size - TRAILER_BYTES) < TRAILER_BYTES)
        return 0;
      return trailer.readUInt32LE(0);
    } finally {
      closeSync(fd);
    }
  } catch {
    return 0;
  }
}
