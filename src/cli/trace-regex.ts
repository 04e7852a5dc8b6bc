import { createContext, Script } from 'node:vm';
import type { RegexTest } from '../model/envoy-trace-question.ts';

/**
 * Longer than any pattern needs, by the clock, also where the machine has much else to do; one that takes more goes round
 * in circles.
 */
const TIMEOUT_MS = 1_000;
const MAX_LENGTH = 4_096;

/**
 * A test by JavaScript's regular expressions, which RE2's are close to. A pattern from a dump may be anybody's, and
 * these backtrack, so each gets a bounded time; what then, or in this notation, cannot be told is not told.
 */
export const testRegex: RegexTest = (pattern, text) => {
  const [, flags = '', rest = ''] = /^(?:\(\?([ims]+)\))?([\s\S]*)$/.exec(pattern) ?? [];
  if (pattern.length > MAX_LENGTH || text.length > MAX_LENGTH || UNLIKE.test(rest)) return undefined;
  const source = `^(?:${rest.replaceAll('(?P<', '(?<')})$`;
  try {
    const matched: unknown = TEST.runInContext(createContext({ source, flags, text }), { timeout: TIMEOUT_MS });
    return matched === true;
  } catch {
    return undefined;
  }
};

const TEST = new Script('new RegExp(source, flags).test(text)');

/** What RE2 has and JavaScript reads as something else. */
const UNLIKE = /\[\[:|\\[QEAzZCpP]|\(\?[imsU-]+[:)]/;
