import { readFileSync } from 'node:fs';

/** What all programs must agree on: lines counted, and how often each flag came. */
export interface Totals {
  readonly lines: number;
  readonly flags: Readonly<Record<string, number>>;
}

/** Reads what a program printed. Totals it does not know are left out. */
export type ReadTotals = (outputPath: string) => Partial<Totals>;

/** `meshladder flags -o json`. */
export const readOurs: ReadTotals = (path) => {
  const { lines, flags } = JSON.parse(readFileSync(path, 'utf8')) as {
    lines: Record<string, number>;
    flags: Record<string, number>;
  };
  if (Object.entries(lines).some(([result, count]) => result !== 'access' && count !== 0)) {
    throw new Error(`not every line was an access line: ${JSON.stringify(lines)}`);
  }
  return { lines: lines['access'] ?? 0, flags };
};

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
export const readLines: ReadTotals = (path) => ({ lines: Number.parseInt(readFileSync(path, 'utf8'), 10) });

/** A bare number of lines with the flag UH, as `grep -c`. Nothing else in the generated lines looks like it. */
export const readUnhealthy: ReadTotals = (path) => ({
  flags: { UH: Number.parseInt(readFileSync(path, 'utf8'), 10) },
});

function addUp(counts: readonly { count: number; flags: string }[]): Totals {
  const flags: Record<string, number> = {};
  let lines = 0;
  for (const { count, flags: written } of counts) {
    lines += count;
    if (written === '-') continue;
    for (const flag of written.split(',')) flags[flag] = (flags[flag] ?? 0) + count;
  }
  return { lines, flags };
}

/** What a peer says otherwise than we do, in words; undefined when they agree. */
export function disagreement(ours: Partial<Totals>, peer: Partial<Totals>): string | undefined {
  if (peer.lines !== undefined && peer.lines !== ours.lines) return `${peer.lines} lines, ours ${ours.lines}`;
  for (const [flag, count] of Object.entries(peer.flags ?? {})) {
    if (ours.flags?.[flag] !== count) return `${count} × ${flag}, ours ${ours.flags?.[flag]}`;
  }
  return undefined;
}
