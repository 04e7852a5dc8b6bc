import { binomialTail, type Hits } from './binomial-tail.ts';

/** Requests of one route, and how many of them went to one subset that was to get a share of them. */
export interface ShareQuestion extends Hits {
  /** The share that configuration declares, 0..1. */
  readonly declared: number;
}

/**
 * Whether a subset gets its share. `too_few`: not enough requests to say so. `pValue`: how likely it is to see a share at
 * least this far off, on either side, although requests are divided as declared.
 */
export type ShareVerdict =
  | { readonly verdict: 'ok'; readonly pValue: number }
  | { readonly verdict: 'too_few' }
  | { readonly verdict: 'off'; readonly pValue: number };

/** Accuses nobody unless chance alone would show as much less than once in a million looks. */
export const FALSE_ALARM = 1e-6;
/** So few requests say nothing, whatever they say. */
export const MIN_REQUESTS = 50;
/**
 * With fewer expected on either side, a share that gets nothing at all could still be chance: a finding needs
 * `2·e^-n < FALSE_ALARM`, so n = 15.
 */
export const MIN_EXPECTED = 15;
/** A share this much beside the declared one, as part of it, harms nobody: retries and pushes under way do it. */
const TOLERANCE = 0.1;
/** And so much at least, where all or nothing is declared. */
const MIN_TOLERANCE = 0.001;

/**
 * A two-sided exact binomial test of an observed share against a declared one, give or take a tenth of it. How often it
 * errs: docs/canary-test.md.
 */
export function judgeShare(question: ShareQuestion): ShareVerdict {
  const { declared, total } = question;
  if (!isQuestion(question) || total < MIN_REQUESTS) return { verdict: 'too_few' };
  const pValue = pValueOf(question);
  if (pValue <= FALSE_ALARM) return { verdict: 'off', pValue };
  const rarer = Math.min(declared, 1 - declared);
  return rarer > 0 && total * rarer < MIN_EXPECTED ? { verdict: 'too_few' } : { verdict: 'ok', pValue };
}

/** What came from elsewhere may be no numbers at all: then nothing is said. */
function isQuestion({ declared, hits, total }: ShareQuestion): boolean {
  const counts = Number.isSafeInteger(hits) && Number.isSafeInteger(total);
  return counts && hits >= 0 && hits <= total && declared >= 0 && declared <= 1;
}

function pValueOf({ declared, hits, total }: ShareQuestion): number {
  const slack = Math.max(MIN_TOLERANCE, TOLERANCE * Math.min(declared, 1 - declared));
  const [low, high] = [Math.max(0, declared - slack), Math.min(1, declared + slack)];
  const observed = hits / total;
  if (observed >= low && observed <= high) return 1;
  return Math.min(1, 2 * binomialTail({ hits, total }, observed < low ? low : high));
}
