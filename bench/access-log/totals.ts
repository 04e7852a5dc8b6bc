import { readFileSync } from 'node:fs';

/** What all programs must agree on. */
export interface Totals {
  /** Access lines. */
  readonly access: number;
  /** Lines of any kind. */
  readonly all: number;
  /** Access lines with this flag. */
  readonly flags: Readonly<Record<string, number>>;
}

/** Reads what a program printed. Totals it does not tell are left out. */
export type ReadTotals = (outputPath: string) => Partial<Totals>;

/** `count-file.ts`. */
export function readOurs(path: string): Totals {
  const { lines, flags } = JSON.parse(readFileSync(path, 'utf8')) as {
    readonly lines: Readonly<Record<string, number>>;
    readonly flags: Readonly<Record<string, number>>;
  };
  return { access: lines['access'] ?? 0, all: Object.values(lines).reduce((one, other) => one + other, 0), flags };
}

/** `count TAB code flags details TAB …`, as access.awk and json-parse.ts print. */
export const readTable: ReadTotals = (path) =>
  addUp(
    readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.endsWith('\tunparsed'))
      .map((line) => {
        const [count = '', key = ''] = line.split('\t', 2);
        return { count: Number(count), flags: key.split(' ')[1] ?? '' };
      }),
  );

/** Prometheus text, as mtail prints. */
export const readExposition: ReadTotals = (path) =>
  addUp(
    Array.from(readFileSync(path, 'utf8').matchAll(/^requests_total\{.*?flags="([^"]*)".*\} (\d+)$/gm), (match) => ({
      count: Number(match[2]),
      flags: match[1] ?? '',
    })),
  );

/** A bare number of lines, as `wc -l FILE`. */
export const readLines: ReadTotals = (path) => ({ all: Number.parseInt(readFileSync(path, 'utf8'), 10) });

/** A bare number of lines with the flag UH, as `grep -c`. Nothing else in the generated lines looks like it. */
export const readUnhealthy: ReadTotals = (path) => ({
  flags: { UH: Number.parseInt(readFileSync(path, 'utf8'), 10) },
});

function addUp(counts: readonly { count: number; flags: string }[]): Partial<Totals> {
  const flags: Record<string, number> = {};
  let access = 0;
  for (const { count, flags: written } of counts) {
    access += count;
    if (written === '-') continue;
    for (const flag of written.split(',')) flags[flag] = (flags[flag] ?? 0) + count;
  }
  return { access, flags };
}

/** What a peer says otherwise than we do, in words; undefined when they agree. */
export function disagreement(ours: Totals, peer: Partial<Totals>): string | undefined {
  if (peer.access !== undefined && peer.access !== ours.access) return `${peer.access} lines, ours ${ours.access}`;
  if (peer.all !== undefined && peer.all !== ours.all) return `${peer.all} lines in all, ours ${ours.all}`;
  for (const [flag, count] of Object.entries(peer.flags ?? {})) {
    if (ours.flags[flag] !== count) return `${count} × ${flag}, ours ${ours.flags[flag]}`;
  }
  return undefined;
}
