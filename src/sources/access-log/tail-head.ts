import { hash } from 'node:crypto';
import { readSync } from 'node:fs';

/** The first bytes of a log hold its first time stamps to the nanosecond: no other log begins like it. */
const HEAD_BYTES = 256;
const scratch = Buffer.alloc(HEAD_BYTES);

/** What a checkpoint keeps of a file's first bytes: no word of the log itself. */
export interface HeadPrint {
  readonly bytes: number;
  readonly sha256: string;
}

/** No bytes seen yet. */
export const NO_HEAD: Buffer = Buffer.alloc(0);

/**
 * Reads the first bytes again and holds them against those known: undefined when the file is another one by now, else
 * what is known from now on (the same buffer where nothing was added).
 */
export function sameHead(fd: number, known: Buffer): Buffer | undefined {
  const read = readSync(fd, scratch, 0, HEAD_BYTES, 0);
  if (read < known.length || scratch.compare(known, 0, known.length, 0, known.length) !== 0) return undefined;
  return read === known.length ? known : Buffer.from(scratch.subarray(0, read));
}

/** A head keeps its buffer as long as nothing is added, so thousands of files are not hashed with each checkpoint. */
const prints = new WeakMap<Buffer, HeadPrint>();

export function printHead(head: Buffer): HeadPrint {
  const print = prints.get(head) ?? { bytes: head.length, sha256: hash('sha256', head) };
  prints.set(head, print);
  return print;
}

/** Whether a file that begins with `head` began so when the print was taken. */
export function fitsPrint(head: Buffer, print: HeadPrint): boolean {
  return head.length >= print.bytes && hash('sha256', head.subarray(0, print.bytes)) === print.sha256;
}
