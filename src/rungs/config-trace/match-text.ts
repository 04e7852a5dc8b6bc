import { bodyFlag, bodyObject, bodyText, type EnvoyBody } from '../../model/envoy-body.ts';
import type { RegexTest } from '../../model/envoy-trace-question.ts';

/**
 * A `StringMatcher` of Envoy's.
 * @returns nothing where it cannot be told
 */
export function matchText(matcher: EnvoyBody, text: string, regex: RegexTest): boolean | undefined {
  const pattern = bodyText(bodyObject(matcher, 'safe_regex'), 'regex');
  if (pattern !== undefined) return regex(pattern, text);
  const fold = bodyFlag(matcher, 'ignore_case');
  const has = fold ? text.toLowerCase() : text;
  const wanted = (name: string): string | undefined => {
    const given = matcher[name];
    return typeof given !== 'string' ? undefined : fold ? given.toLowerCase() : given;
  };
  const [exact, prefix, suffix, contains] = [wanted('exact'), wanted('prefix'), wanted('suffix'), wanted('contains')];
  if (exact !== undefined) return has === exact;
  if (prefix !== undefined) return has.startsWith(prefix);
  if (suffix !== undefined) return has.endsWith(suffix);
  return contains === undefined ? undefined : has.includes(contains);
}
