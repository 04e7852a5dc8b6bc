import { writeFileSync } from 'node:fs';
import { binomialTail } from '../src/rungs/routes/binomial-tail.ts';
import { FALSE_ALARM, judgeShare, MIN_EXPECTED, MIN_REQUESTS } from '../src/rungs/routes/share-test.ts';
import { chainChapter } from './chain-chapter.ts';

/** Looks that are simulated for each row. */
const LOOKS = 2_000;

interface Row {
  readonly declared: number;
  /** What requests are really divided by. */
  readonly real: number;
  readonly total: number;
}

const HEALTHY: readonly Row[] = [0.01, 0.1, 0.5].flatMap((share) =>
  [10, 100, 1_000, 10_000].map((total) => ({ declared: share, real: share, total })),
);
const BROKEN: readonly Row[] = [
  ...[10, 100, 200, 1_000].map((total) => ({ declared: 0.1, real: 0, total })),
  ...[1_000, 2_000].map((total) => ({ declared: 0.01, real: 0, total })),
  ...[100, 1_000, 10_000].map((total) => ({ declared: 0.1, real: 0.05, total })),
  ...[100, 1_000].map((total) => ({ declared: 0.1, real: 0.2, total })),
  ...[100, 1_000].map((total) => ({ declared: 0.5, real: 0.9, total })),
  ...[100, 1_000].map((total) => ({ declared: 0, real: 0.1, total })),
];

/** Error rates of the share test, by throwing dice and by adding up chances; the same page each time. */
export function canaryPage(): string {
  return `# How sure the canary test is

Rung 3 compares the share of requests that reach a subset with the share that configuration declares. A finding is made only
where chance alone would show a share that far off less than once in ${(1 / FALSE_ALARM).toLocaleString('en')} looks: an exact
two-sided binomial test, against the declared share give or take a tenth of it. Below ${MIN_REQUESTS} requests, or where fewer than
${MIN_EXPECTED} are expected on one side and the test does not see anything, it says that there are too few.

Made by \`node scripts/simulate-canary.ts\`: ${LOOKS.toLocaleString('en')} looks for each row, and beside them the exact chance.

## Requests are divided as declared: every finding is a false alarm

${tableOf(HEALTHY, 'false alarms', isOff)}

## They are not: every look without a finding is a miss

${tableOf(BROKEN, 'misses', (row, hits) => !isOff(row, hits))}

Each request is taken to be divided for itself, as Envoy does. Requests that are not (one client whose retries all go one
way) come in bunches, and are likelier to be off by chance.

${chainChapter()}`;
}

type Judge = (row: Row, hits: number) => boolean;

function isOff({ declared, total }: Row, hits: number): boolean {
  return judgeShare({ declared, hits, total }).verdict === 'off';
}

function tableOf(rows: readonly Row[], errors: string, isError: Judge): string {
  const lines = rows.map((row) => {
    const found = errorsByDice(row, isError);
    const cells = [percent(row.declared), percent(row.real), row.total.toLocaleString('en')];
    return `| ${[...cells, `${found.toLocaleString('en')} of ${LOOKS.toLocaleString('en')}`, exactly(row, isError)].join(' | ')} |`;
  });
  return [
    `| declared | real | requests | ${errors} | exact chance |`,
    '| --- | --- | --- | --- | --- |',
    ...lines,
  ].join('\n');
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))} %`;
}

function errorsByDice(row: Row, isError: Judge): number {
  const dice = createDice(row.total * 31 + Math.round(row.real * 1000));
  const limit = row.real * 2 ** 32;
  const known = new Map<number, boolean>();
  let errors = 0;
  for (let look = 0; look < LOOKS; look += 1) {
    let hits = 0;
    for (let request = 0; request < row.total; request += 1) if (dice() < limit) hits += 1;
    const error = known.get(hits) ?? isError(row, hits);
    known.set(hits, error);
    if (error) errors += 1;
  }
  return errors;
}

/** Thirty-two random bits at a time (Marsaglia's xorshift), the same for the same seed. */
function createDice(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

function exactly(row: Row, isError: Judge): string {
  let sum = 0;
  for (let hits = 0; hits <= row.total; hits += 1) if (isError(row, hits)) sum += chanceOf(row, hits);
  const chance = Math.min(1, sum);
  if (chance === 0 || chance > 1e-3) return percent(chance);
  return chance < 1e-12 ? 'below 10^-12' : `${chance.toExponential(0).replace('e-', ' · 10^-')}`;
}

/** Of exactly so many hits: the difference of two tails, each on its own side of what is expected. */
function chanceOf({ real, total }: Row, hits: number): number {
  const here = binomialTail({ hits, total }, real);
  if (real === 0 || real === 1) return here;
  const isLow = hits < total * real;
  const next = isLow ? hits - 1 : hits + 1;
  if (next < 0 || next > total) return here;
  return Math.max(0, here - binomialTail({ hits: next, total }, real));
}

if (import.meta.main) writeFileSync(new URL('../docs/canary-test.md', import.meta.url), canaryPage());
