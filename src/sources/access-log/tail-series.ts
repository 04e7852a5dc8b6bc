import type { LogScanner, StreamOrigin, Tally } from './scanner.ts';
import type { Descriptors } from './tail-descriptors.ts';
import { look, readPiece, type TailedFile } from './tail-file.ts';

/** The log of one instance of a container: its files as one stream, oldest first. */
export interface LogSeries {
  /** `NAMESPACE_POD_UID/N`. */
  readonly key: string;
  readonly folder: string;
  readonly origin: StreamOrigin;
  files: TailedFile[];
  /** The newest moment of rotation that any name told of at the last listing. */
  newestRank: string;
  /** A newer instance runs, or the pod is gone: nothing more will be written. */
  ended: boolean;
}

/** What reading needs beside the files. */
export interface SeriesReader {
  readonly scanner: LogScanner;
  readonly tally: Tally;
  readonly descriptors: Descriptors;
  /** How long an older file must be quiet before it counts as finished: a writer may still hold it for a moment. */
  readonly graceMs: number;
  readonly nowMs: () => number;
}

/** What one file gets before the others have their turn; some milliseconds of work at the slowest. */
const PIECE_BYTES = 128 * 1024;
const LINE_BREAK = 10;

/** Reads the next piece of a series. Returns whether there is more to read at once. */
export function readSeries(reader: SeriesReader, series: LogSeries): boolean {
  for (const [index, file] of series.files.entries()) {
    if (file.fd === undefined && file.offset === file.listedSize) continue;
    const fd = lookAt(reader, file);
    if (fd === undefined || file.offset === file.size) continue;
    if (file.offered < file.size)
      return readOn(reader, series, file, fd) || isDoneBefore(file, series.files[index + 1]);
    return finish(reader, series, file, series.files[index + 1]);
  }
  return false;
}

/** Whether a file was read to its end and another follows: then that has its turn at once. */
function isDoneBefore({ offset, size }: TailedFile, next: TailedFile | undefined): boolean {
  return next !== undefined && offset === size;
}

/** Only the beginning of a line is left, or the parts of one (CRI `P`) that wait for their last. */
function finish(reader: SeriesReader, series: LogSeries, file: TailedFile, next: TailedFile | undefined): boolean {
  if (reader.nowMs() - file.grewAtMs < reader.graceMs) return false;
  if (next !== undefined) return joinNext(reader, series, file, next);
  return series.ended && abandon(reader, series, file);
}

/** The descriptor of a file just looked at; undefined where it cannot be opened. */
function lookAt({ descriptors, tally, nowMs }: SeriesReader, file: TailedFile): number | undefined {
  const fd = descriptors.get(file);
  if (fd === undefined) {
    // Nobody shall wait for what cannot be read.
    file.goal = 0;
    return undefined;
  }
  const lostBytes = look(file, fd, nowMs());
  if (lostBytes !== undefined && lostBytes > 0) tally.skipped('files', lostBytes);
  return fd;
}

function readOn(reader: SeriesReader, series: LogSeries, file: TailedFile, fd: number): boolean {
  const room = reader.scanner.room();
  // What was offered in vain is offered again with at least as much behind it.
  const wanted = Math.max(PIECE_BYTES, 2 * (file.offered - file.offset));
  const length = Math.min(room.length, wanted, file.size - file.offset);
  const read = readPiece(file, fd, { room, at: 0, length });
  // Emptied while it was read: the next look says so.
  if (read === 'another-file') return true;
  if (read === 0) return false;
  const consumed = reader.scanner.scan(series.origin, read);
  file.offered = Math.max(file.offered, file.offset + read);
  file.offset += consumed;
  return file.offered < file.size;
}

/**
 * A line whose parts were written before and after a rotation: reads the end of the one file and the beginning of the
 * next as one.
 */
function joinNext(reader: SeriesReader, series: LogSeries, file: TailedFile, next: TailedFile): boolean {
  const nextFd = lookAt(reader, next);
  if (nextFd === undefined || file.fd === undefined) return false;
  const room = reader.scanner.room();
  const left = file.size - file.offset;
  const seen = next.offered;
  if (next.offset > 0 || left + seen >= room.length) return abandon(reader, series, file);
  const first = readPiece(file, file.fd, { room, at: 0, length: left });
  if (first === 'another-file') return true;
  if (first < left || room[left - 1] !== LINE_BREAK) return abandon(reader, series, file);
  const length = Math.min(room.length - left, Math.max(PIECE_BYTES, 2 * seen));
  const second = readPiece(next, nextFd, { room, at: left, length });
  if (second === 'another-file') return true;
  if (second === seen) return false;
  const consumed = reader.scanner.scan(series.origin, left + second);
  file.offset += Math.min(left, consumed);
  next.offset = Math.max(0, consumed - left);
  next.offered = second;
  return true;
}

/** Gives up the unfinished line at the end of a file: it is counted as lost. Returns true: what follows can be read. */
function abandon({ tally }: SeriesReader, { origin }: LogSeries, file: TailedFile): true {
  tally.lines(origin, 'dropped', 1);
  tally.skipped(origin.source, file.size - file.offset);
  file.offset = file.size;
  return true;
}
