import { closeSync } from 'node:fs';
import { isDone, openFile, type TailedFile } from './tail-file.ts';

/** The open descriptors of a tail, kept within a bound. */
export interface Descriptors {
  /** The file's descriptor, opened if need be; undefined where it cannot be had now. */
  get(file: TailedFile): number | undefined;
  close(file: TailedFile): void;
  closeAll(): void;
  /** Takes note of what failed: if the process or the node is out of descriptors, some are closed, for good. */
  heed(problems: readonly unknown[]): void;
  /** How many are open. */
  count(): number;
  /** What kept files from being opened since this was last asked. */
  takeProblems(): unknown[];
}

/** A file that cannot be opened is tried again with each pass; the same complaint is not kept a thousand times. */
const MAX_PROBLEMS = 20;

/** Of those open when there are no more to be had: the rest of the process needs some, and so does listing folders. */
const KEPT_SHARE = 0.7;
const LEAST = 4;

/** @param limit more are only held for deleted files that are not read to their end: nothing else leads to those */
export function createDescriptors(limit: number): Descriptors {
  let max = limit;
  const open = new Set<TailedFile>();
  let problems: unknown[] = [];

  function close(file: TailedFile): void {
    open.delete(file);
    if (file.fd !== undefined) closeSync(file.fd);
    file.fd = undefined;
  }

  function makeRoom(count: number): void {
    for (const file of quietestFirst(open).slice(0, count)) close(file);
  }

  function heed(failed: readonly unknown[]): void {
    if (!failed.some(isOutOfDescriptors)) return;
    max = Math.max(LEAST, Math.floor(open.size * KEPT_SHARE));
    makeRoom(open.size - max + 1);
  }

  function tryOpen(file: TailedFile): number | undefined {
    try {
      return openFile(file);
    } catch (problem) {
      heed([problem]);
      // Its name is gone: the next listing finds its new one, or that it has none.
      const { code } = problem as NodeJS.ErrnoException;
      if (code !== 'ENOENT' && problems.length < MAX_PROBLEMS) problems.push(problem);
      return undefined;
    }
  }

  return {
    get(file) {
      if (file.fd !== undefined) return file.fd;
      if (open.size >= max) makeRoom(open.size - max + 1);
      file.fd = tryOpen(file);
      if (file.fd !== undefined) open.add(file);
      return file.fd;
    },
    close,
    closeAll() {
      for (const file of open) close(file);
    },
    heed,
    count: () => open.size,
    takeProblems() {
      const taken = problems;
      problems = [];
      return taken;
    },
  };
}

/** Those that may be closed; those read to their end before others. */
function quietestFirst(open: ReadonlySet<TailedFile>): readonly TailedFile[] {
  const closable = [...open].filter((file) => !file.unlinked || isDone(file));
  return closable.sort((one, other) => Number(isDone(other)) - Number(isDone(one)) || one.grewAtMs - other.grewAtMs);
}

/** The process has no more descriptors (EMFILE), or the node (ENFILE). */
function isOutOfDescriptors(problem: unknown): boolean {
  return ['EMFILE', 'ENFILE'].includes((problem as NodeJS.ErrnoException).code ?? '');
}
