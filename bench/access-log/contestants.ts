import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { LogName } from './log-files.ts';
import { type ReadTotals, readExposition, readLines, readOurs, readTable, readUnhealthy } from './totals.ts';

/** A program that reads one log file and prints counts. */
export interface Contestant {
  readonly name: string;
  /** The program as found on PATH, or its path. */
  readonly program: string;
  args(file: string): readonly string[];
  readonly readTotals: ReadTotals;
  /** Ours must be at least this many times as fast, with 2 million lines; none for what is only shown. */
  readonly goal?: number;
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The exporter's own way from file to counters, start of the program included. */
export function ours(log: LogName): Contestant {
  return countFile('meshladder', log === 'cri' ? ['--cri'] : []);
}

function countFile(name: string, options: readonly string[]): Contestant {
  return {
    name,
    program: process.execPath,
    args: (file) => [here('count-file.ts'), ...options, file],
    readTotals: readOurs,
  };
}

/** What counts where WebAssembly is not to be had, and for custom formats: it says what is right. */
const reference = countFile('the reference scanner', ['--reference']);

const mtail: Contestant = {
  name: 'mtail',
  program: 'mtail',
  args: (file) => [
    '--one_shot',
    '--one_shot_format=prometheus',
    '--progs',
    here('../peers/access.mtail'),
    '--logs',
    file,
  ],
  readTotals: readExposition,
  goal: 30,
};

const mawk: Contestant = {
  name: 'mawk',
  program: 'mawk',
  args: (file) => ['-f', here('../peers/access.awk'), file],
  readTotals: readTable,
  goal: 3,
};

const jsonParse: Contestant = {
  name: 'JSON.parse in chunks',
  program: process.execPath,
  args: (file) => [here('../peers/json-parse.ts'), file],
  readTotals: readTable,
  goal: 6,
};

const wc: Contestant = { name: 'wc -l', program: 'wc', args: (file) => ['-l', file], readTotals: readLines };

const grep = (pattern: string, goal?: number): Contestant => ({
  name: `grep -c '${pattern}'`,
  program: 'grep',
  args: (file) => ['-c', pattern, file],
  readTotals: readUnhealthy,
  ...(goal === undefined ? {} : { goal }),
});

export const PEERS: Readonly<Record<LogName, readonly Contestant[]>> = {
  text: [mtail, mawk, grep(' UH ', 0.6), wc, reference],
  cri: [grep(' UH '), wc],
  json: [jsonParse, grep('"UH"'), wc],
  // Only those that say the same: the others take forged fields for real ones.
  hostile: [reference, wc],
};
