import type { TailedFile } from './tail-file.ts';
import { type HeadPrint, printHead } from './tail-head.ts';
import type { LogSeries } from './tail-series.ts';

/** How far a file was read, as a checkpoint keeps it. */
export interface FilePosition {
  /** The key of its series. */
  readonly series: string;
  /** Its name then, for whoever reads the checkpoint. */
  readonly path: string;
  readonly rank: string;
  /** Device and inode, decimal. */
  readonly dev: string;
  readonly ino: string;
  readonly head: HeadPrint;
  /** Everything before this is in the tallies. */
  readonly offset: number;
  readonly size: number;
}

export function positionOf({ key }: LogSeries, file: TailedFile): FilePosition {
  const { path, rank, dev, ino, head, offset, size } = file;
  return { series: key, path, rank, dev: `${dev}`, ino: `${ino}`, head: printHead(head), offset, size };
}
