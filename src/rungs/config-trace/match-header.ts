import { bodyField, bodyFlag, bodyNumber, bodyObject, bodyText, type EnvoyBody } from '../../model/envoy-body.ts';
import type { RegexTest, TraceQuestion } from '../../model/envoy-trace-question.ts';
import { matchText } from './match-text.ts';

/** What a header matcher of an Envoy before 1.36 has in place of `string_match`. */
const OLD_MATCHERS = {
  exact_match: 'exact',
  prefix_match: 'prefix',
  suffix_match: 'suffix',
  contains_match: 'contains',
};

/**
 * A `HeaderMatcher` of Envoy's.
 * @returns nothing where it cannot be told
 */
export function matchHeader(matcher: EnvoyBody, question: TraceQuestion, regex: RegexTest): boolean | undefined {
  const inverted = bodyFlag(matcher, 'invert_match');
  const sent = headerOf(question, (bodyText(matcher, 'name') ?? '').toLowerCase());
  const present = bodyField(matcher, 'present_match');
  if (typeof present === 'boolean') return ((sent !== undefined) === present) !== inverted;
  // A header that is not there matches nothing, not even what is turned round.
  if (sent === undefined && !bodyFlag(matcher, 'treat_missing_header_as_empty')) return isPresence(matcher) && inverted;
  const matched = matchValue(matcher, sent ?? '', regex);
  return matched === undefined ? undefined : matched !== inverted;
}

/** A matcher that says nothing of the value asks whether there is one. */
function isPresence(matcher: EnvoyBody): boolean {
  return Object.keys(matcher).every((key) => !/match/i.test(key) || /^invert_?match$/i.test(key));
}

function matchValue(matcher: EnvoyBody, value: string, regex: RegexTest): boolean | undefined {
  const text = bodyObject(matcher, 'string_match') ?? oldMatcher(matcher);
  if (text !== undefined) return matchText(text, value, regex);
  const range = bodyObject(matcher, 'range_match');
  if (range !== undefined) return isInRange(range, value);
  return isPresence(matcher) ? true : undefined;
}

function oldMatcher(matcher: EnvoyBody): EnvoyBody | undefined {
  const pattern = bodyObject(matcher, 'safe_regex_match');
  if (pattern !== undefined) return { safe_regex: pattern };
  for (const [old, name] of Object.entries(OLD_MATCHERS)) {
    const wanted = bodyText(matcher, old);
    if (wanted !== undefined) return { [name]: wanted };
  }
  return undefined;
}

/** Whole numbers, the end not included. */
function isInRange(range: EnvoyBody, value: string): boolean {
  const number = /^[+-]?\d+$/.test(value) ? Number(value) : Number.NaN;
  return number >= (bodyNumber(range, 'start') ?? 0) && number < (bodyNumber(range, 'end') ?? 0);
}

function headerOf({ headers, method, path, host }: TraceQuestion, name: string): string | undefined {
  if (name === ':method') return method;
  if (name === ':path') return path;
  if (name === ':authority' || name === 'host') return headers.get('host') ?? host;
  return headers.get(name);
}
