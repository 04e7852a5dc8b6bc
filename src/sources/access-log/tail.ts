import { createBreather } from '../breathe.ts';
import type { LogScanner, Tally } from './scanner.ts';
import { createDescriptors } from './tail-descriptors.ts';
import { createDiscovery } from './tail-discover.ts';
import { type FilePosition, positionOf } from './tail-position.ts';
import { type LogSeries, readSeries, type SeriesReader } from './tail-series.ts';

export interface TailOptions {
  readonly root: string;
  readonly container: string;
  readonly scanner: LogScanner;
  readonly tally: Tally;
  /** Where an earlier process stopped; undefined begins at the end of what is there. */
  readonly resume: readonly FilePosition[] | undefined;
  readonly nowMs: () => number;
  /** How long an older file must be quiet before its unfinished line is joined with the next file, or given up. */
  readonly graceMs: number;
  /** How long a file that is read to its end and will hardly grow stays open. */
  readonly closeAfterMs: number;
  readonly maxOpenFiles: number;
}

/** Follows the logs of a node by looking again and again: no notifications, which rotations would outrun. */
export interface Tail {
  /**
   * Lists the folders: what is new is followed, what is gone is read to its end and let go.
   * @throws when the root cannot be listed
   */
  discover(): Promise<void>;
  /** Reads a piece of every log that has more. Returns whether there is more to read at once. */
  pass(): Promise<boolean>;
  /** Whether the folders were ever listed. */
  listed(): boolean;
  /** Whether everything that was there at the first listing was given to the scanner. */
  caughtUp(): boolean;
  /** Where everything stands, in step with the tally; of no use before the first listing. */
  positions(): readonly FilePosition[];
  followed(): { readonly containers: number; readonly files: number; readonly open: number };
  /** What could not be read since this was last asked. */
  takeProblems(): readonly unknown[];
  close(): void;
}

const MAX_PROBLEMS = 20;

export function createTail(options: TailOptions): Tail {
  const descriptors = createDescriptors(options.maxOpenFiles);
  const reader: SeriesReader = { ...options, descriptors };
  const breathe = createBreather();
  const discovery = createDiscovery({ ...options, reader, breathe });
  const { series: all } = discovery;
  let caughtUp = false;
  let problems: unknown[] = [];

  function note(more: readonly unknown[]): void {
    problems.push(...more.slice(0, MAX_PROBLEMS - problems.length));
  }

  return {
    async discover() {
      try {
        const found = await discovery.list();
        descriptors.heed(found);
        note(found);
      } catch (problem) {
        descriptors.heed([problem]);
        throw problem;
      }
    },
    async pass() {
      let more = false;
      for (const series of all.values()) {
        more = readSafely(reader, series, note) || more;
        await breathe();
      }
      return more;
    },
    listed: discovery.listed,
    caughtUp() {
      caughtUp ||= discovery.listed() && all.values().every(hasReachedGoals);
      return caughtUp;
    },
    positions: () => [...all.values()].flatMap((series) => series.files.map((file) => positionOf(series, file))),
    followed: () => ({
      containers: all.size,
      files: all.values().reduce((sum, { files }) => sum + files.length, 0),
      open: descriptors.count(),
    }),
    takeProblems() {
      note(descriptors.takeProblems());
      const taken = problems;
      problems = [];
      return taken;
    },
    close: descriptors.closeAll,
  };
}

function hasReachedGoals({ files }: LogSeries): boolean {
  return files.every(({ offered, goal }) => offered >= goal);
}

/** A disk that fails to give a file must not keep the others from being read. Anything else is an error of ours. */
function readSafely(reader: SeriesReader, series: LogSeries, note: (problems: readonly unknown[]) => void): boolean {
  try {
    return readSeries(reader, series);
  } catch (problem) {
    if ((problem as NodeJS.ErrnoException).syscall === undefined) throw problem;
    for (const file of series.files) file.goal = 0;
    note([problem]);
    return false;
  }
}
