import { readSync } from 'node:fs';
import type { Tally } from './scanner.ts';
import type { Descriptors } from './tail-descriptors.ts';
import { look, type TailedFile } from './tail-file.ts';
import { fitsPrint, NO_HEAD, sameHead } from './tail-head.ts';
import type { FilePosition } from './tail-position.ts';

/** Where the search for the last line break before the end gives up: a longer line is cut. */
const SEARCH_BYTES = 64 * 1024;
const LINE_BREAK = 10;

export interface BeginNeeds {
  readonly descriptors: Descriptors;
  readonly tally: Tally;
  readonly nowMs: () => number;
}

/** Begins behind the last whole line a file has now; what is before was written for someone else, and is counted as skipped. */
export function beginAtEnd({ descriptors, tally, nowMs }: BeginNeeds, file: TailedFile): void {
  const fd = descriptors.get(file);
  if (fd !== undefined) look(file, fd, nowMs());
  file.offset = fd === undefined ? file.listedSize : lastLineEnd(fd, file.size);
  file.offered = file.offset;
  if (file.offset > 0) tally.skipped('files', file.offset);
}

/**
 * Goes on where the checkpoint says, if the file is still the one it tells of; else from the beginning, and what had not
 * been read of the other is lost.
 */
export function beginAtPosition({ descriptors, tally }: BeginNeeds, file: TailedFile, position: FilePosition): void {
  const fd = descriptors.get(file);
  const head = fd === undefined ? NO_HEAD : (sameHead(fd, NO_HEAD) ?? NO_HEAD);
  // What cannot be opened cannot be told apart either: that it is the same is the better guess.
  const same = fd === undefined || fitsPrint(head, position.head);
  if (!same) {
    const lostBytes = position.size - position.offset;
    if (lostBytes > 0) tally.skipped('files', lostBytes);
    return;
  }
  file.head = head;
  file.offset = Math.min(position.offset, file.listedSize);
  file.offered = file.offset;
  file.size = position.size;
}

function lastLineEnd(fd: number, size: number): number {
  const from = Math.max(0, size - SEARCH_BYTES);
  const end = Buffer.alloc(size - from);
  const read = readSync(fd, end, 0, end.length, from);
  const lineBreak = end.subarray(0, read).lastIndexOf(LINE_BREAK);
  return lineBreak < 0 ? size : from + lineBreak + 1;
}
