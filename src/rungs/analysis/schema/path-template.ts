/**
 * What is wrong with a path of an AuthorizationPolicy that holds braces: `{*}` stands for one part, `{**}` for the rest,
 * each for a whole part, and no other star beside them (Envoy docs: URI template match).
 */
export function badPathTemplate(path: string): string | undefined {
  const isTemplate = path.includes('{*}') || path.includes('{**}');
  if (!isTemplate) return undefined;
  const parts = path.split('/');
  const rest = parts.indexOf('{**}');
  if (rest !== -1 && rest !== parts.lastIndexOf('{**}')) return `the path "${path}" has {**} twice`;
  const one = parts.lastIndexOf('{*}');
  if (rest !== -1 && one > rest) return `the path "${path}" has {*} behind {**}`;
  const odd = parts.find((part) => part !== '{*}' && part !== '{**}' && /[{}*]/.test(part));
  return odd === undefined ? undefined : `the path "${path}" has the part "${odd}", which is neither {*} nor {**}`;
}
