import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { LogFormat } from './logged-request.ts';
import { type ReadTotals, readExposition, readLines, readOurs, readTable, readUnhealthy } from './totals.ts';

/** A program that reads one log file and prints counts. */
export interface Contestant {
  readonly name: string;
  /** The program as found on PATH. */
  readonly program: string;
  args(file: string): readonly string[];
  readonly readTotals: ReadTotals;
  /** Ours must be at least this many times as fast, with 2 million lines; none for what is only shown. */
  readonly goal?: number;
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The whole program from file to counters, as a person would run it. */
export const OURS: Contestant = {
  name: 'meshladder flags',
  program: process.execPath,
  args: (file) => [here('../../src/main.ts'), 'flags', file, '-o', 'json'],
  readTotals: readOurs,
};

const wc: Contestant = { name: 'wc -l', program: 'wc', args: (file) => ['-l', file], readTotals: readLines };

const grep = (pattern: string, goal?: number): Contestant => ({
  name: `grep -c '${pattern}'`,
  program: 'grep',
  args: (file) => ['-c', pattern, file],
  readTotals: readUnhealthy,
  ...(goal === undefined ? {} : { goal }),
});

export const PEERS: Readonly<Record<LogFormat, readonly Contestant[]>> = {
  text: [
    {
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
    },
    {
      name: 'mawk',
      program: 'mawk',
      args: (file) => ['-f', here('../peers/access.awk'), file],
      readTotals: readTable,
      goal: 3,
    },
    grep(' UH ', 0.6),
    wc,
  ],
  cri: [grep(' UH '), wc],
  json: [
    {
      name: 'JSON.parse in chunks',
      program: process.execPath,
      args: (file) => [here('../peers/json-parse.ts'), file],
      readTotals: readTable,
      goal: 6,
    },
    grep('"UH"'),
    wc,
  ],
};
