import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { NO_HEAD, sameHead } from './tail-head.ts';

/** A log file and how far it was read. Known by device and inode, whatever its name is by now. */
export interface TailedFile {
  readonly dev: bigint;
  readonly ino: bigint;
  /** Its last known name. */
  path: string;
  rank: string;
  fd: number | undefined;
  /** Its first bytes: with them, a file that was emptied or whose inode was used again is told from the one read. */
  head: Buffer;
  /** Everything before this is counted. */
  offset: number;
  /** Everything before this was given to the scanner, which leaves what is no whole line yet. */
  offered: number;
  /** Length when its head was last found unchanged. */
  size: number;
  /** Length by its name, when the folder was last listed. */
  listedSize: number;
  /** When it last grew. */
  grewAtMs: number;
  /** The last listing that had it, and how many in a row lack it since. */
  seenIn: number;
  missed: number;
  /** No name leads to it any more. */
  unlinked: boolean;
  /** Until here it must be read before counters are as high as those of the process before; 0 when that is done. */
  goal: number;
}

/** What a file is known by on its node. */
export interface FileIdentity {
  readonly dev: bigint;
  readonly ino: bigint;
}

/** Never blocks, even if a pipe has taken the file's name since it was looked at. */
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NONBLOCK;

/** A file that nothing was read of yet. */
export function newFile(
  { dev, ino }: FileIdentity,
  found: { readonly path: string; readonly rank: string; readonly size: number },
  nowMs: number,
): TailedFile {
  const { path, rank, size } = found;
  return {
    dev,
    ino,
    path,
    rank,
    fd: undefined,
    head: NO_HEAD,
    offset: 0,
    offered: 0,
    size: 0,
    listedSize: size,
    grewAtMs: nowMs,
    seenIn: 0,
    missed: 0,
    unlinked: false,
    goal: 0,
  };
}

/** Opens it by its last known name; undefined when another file bears that name by now. Throws what opening throws. */
export function openFile(file: TailedFile): number | undefined {
  const fd = openSync(file.path, OPEN_FLAGS);
  try {
    const { dev, ino } = fstatSync(fd, { bigint: true });
    if (dev === file.dev && ino === file.ino) return fd;
  } catch (problem) {
    closeSync(fd);
    throw problem;
  }
  closeSync(fd);
  return undefined;
}

/**
 * Looks at an open file again. If it was emptied, it is to be read from its beginning.
 * @returns the bytes lost at least, if it was; undefined if it is the same file, grown or not
 */
export function look(file: TailedFile, fd: number, nowMs: number): number | undefined {
  const stats = fstatSync(fd, { bigint: true });
  const size = Number(stats.size);
  file.unlinked = stats.nlink === 0n;
  const head = sameHead(fd, file.head);
  if (head === undefined) return startOver(file, fd, nowMs);
  // Cut off behind its first lines, as by a crash of the node: what is left was counted.
  file.offset = Math.min(file.offset, size);
  file.offered = Math.min(file.offered, size);
  if (size !== file.size) file.grewAtMs = nowMs;
  file.head = head;
  file.size = size;
  file.listedSize = size;
  return undefined;
}

/**
 * Begins the file anew: it was emptied in place (copytruncate), or its inode now belongs to another log. What was there
 * and had not been read is lost; what was written after the last look and before the emptying cannot be known.
 */
function startOver(file: TailedFile, fd: number, nowMs: number): number {
  const lostBytes = Math.max(0, file.size - file.offset);
  file.offset = 0;
  file.offered = 0;
  file.goal = 0;
  file.head = sameHead(fd, NO_HEAD) ?? NO_HEAD;
  file.size = Number(fstatSync(fd, { bigint: true }).size);
  file.listedSize = file.size;
  file.grewAtMs = nowMs;
  return lostBytes;
}

/** Reads a piece into the room, and makes sure that it was still the same file after it was read. */
export function readPiece(
  file: TailedFile,
  fd: number,
  piece: { readonly room: Uint8Array; readonly at: number; readonly length: number },
): number | 'another-file' {
  const read = readSync(fd, piece.room, piece.at, piece.length, file.offset);
  return sameHead(fd, file.head) === undefined ? 'another-file' : read;
}

/** Whether everything it is known to hold was counted. One that shrank is not done: it must be looked at. */
export function isDone(file: TailedFile): boolean {
  return file.offset === file.size && file.size === file.listedSize;
}
