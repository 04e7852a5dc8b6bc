/** Whether a text matches. */
export type TextTest = (text: string) => boolean;

/**
 * Istio's short patterns (pilot/pkg/security/authz/matcher): `*` anything but the empty text, `*end`, `start*`, else
 * the whole text. A second `*` is an ordinary character, since Istio looks at the front first, then at the end.
 */
export function textPattern(pattern: string): TextTest {
  if (pattern === '*') return (text) => text !== '';
  if (pattern.startsWith('*')) {
    const end = pattern.slice(1);
    return (text) => text.endsWith(end);
  }
  if (pattern.endsWith('*')) {
    const start = pattern.slice(0, -1);
    return (text) => text.startsWith(start);
  }
  return (text) => text === pattern;
}

/** The same for what is compared without case; there `*` is also satisfied by an empty value. */
export function anyCasePattern(pattern: string): TextTest {
  if (pattern === '*') return () => true;
  const test = textPattern(pattern.toLowerCase());
  return (text) => test(text.toLowerCase());
}
