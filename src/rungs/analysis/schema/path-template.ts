/** What a part of a path may hold beside a template (Envoy docs: URI template match). */
const LITERAL = /^[\w.~%!$&'()+,;:@=-]+$/;

/**
 * What is wrong with a path of an AuthorizationPolicy that holds braces: `{*}` stands for one part, `{**}` for the rest,
 * each for a whole part, and no other brace is known; beside them stars stand for themselves no more.
 */
export function badPathTemplate(path: string): string | undefined {
  const isTemplate = path.includes('{*}') || path.includes('{**}');
  const parts = path.replace(/^\/+|\/+$/g, '').split('/');
  const rest = parts.indexOf('{**}');
  if (rest !== -1 && rest !== parts.lastIndexOf('{**}')) return `the path "${path}" has {**} twice`;
  const one = parts.lastIndexOf('{*}');
  if (rest !== -1 && one > rest) return `the path "${path}" has {*} behind {**}`;
  const others = parts.filter((part) => part !== '{*}' && part !== '{**}');
  const odd = others.find((part) => /[{}]/.test(part) || (isTemplate && !LITERAL.test(part)));
  if (odd === undefined) return undefined;
  return isTemplate && !/[{}]/.test(odd)
    ? `the path "${path}" has the part "${odd}", which cannot stand beside {*} or {**}`
    : `the path "${path}" has the part "${odd}", which is neither {*} nor {**}`;
}
