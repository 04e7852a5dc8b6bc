/** Hits of a number of requests, each of which hits with the same chance. */
export interface Hits {
  readonly hits: number;
  readonly total: number;
}

/** Terms this much smaller than their sum no longer change it. */
const NEGLIGIBLE = 1e-17;

/**
 * The exact chance of at most so many hits (where they are fewer than expected) or of at least so many (where they are
 * more), summed in logarithms: it may be far below what a number can hold, and then is 0.
 * @param chance of one hit, 0..1
 */
export function binomialTail({ hits, total }: Hits, chance: number): number {
  const isLow = hits < total * chance;
  if (chance <= 0) return hits === 0 ? 1 : 0;
  if (chance >= 1) return hits === total ? 1 : 0;
  const odds = isLow ? (1 - chance) / chance : chance / (1 - chance);
  const last = isLow ? hits : total - hits;
  // Towards the end of the tail each term is smaller than the one before, by this ratio.
  let term = 1;
  let sum = 1;
  for (let step = 0; step < last && term > sum * NEGLIGIBLE; step += 1) {
    const left = last - step;
    term *= (left / (total - left + 1)) * odds;
    sum += term;
  }
  return Math.min(1, Math.exp(logTerm({ hits, total }, chance) + Math.log(sum)));
}

/** Logarithm of the chance of exactly so many hits. */
function logTerm({ hits, total }: Hits, chance: number): number {
  const ways = logFactorial(total) - logFactorial(hits) - logFactorial(total - hits);
  return ways + hits * Math.log(chance) + (total - hits) * Math.log1p(-chance);
}

const SMALL = new Float64Array(32);
for (let n = 1; n < SMALL.length; n += 1) SMALL[n] = (SMALL[n - 1] ?? 0) + Math.log(n);

/** Stirling's series; from 32 on its first terms are exact to the last digit. */
function logFactorial(n: number): number {
  const small = SMALL[n];
  if (small !== undefined) return small;
  const square = n * n;
  const correction = (1 / 12 - (1 / 360 - 1 / (1260 * square)) / square) / n;
  return n * Math.log(n) - n + Math.log(2 * Math.PI * n) / 2 + correction;
}
