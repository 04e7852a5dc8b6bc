const MAX_CHARACTERS = 240;
/** Anything as long and dense as a token is cut out, wherever a server or plugin may have echoed it. */
const TOKEN_LIKE = /[A-Za-z0-9_\-.+/=]{60,}/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must go.
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;

/** A bounded, one-line, token-free cut of what a peer said, fit for a log line. */
export function peerWords(text: string): string {
  const line = text
    .slice(0, 4 * MAX_CHARACTERS)
    .replace(CONTROL, ' ')
    .replace(TOKEN_LIKE, '…')
    .trim();
  return line.length > MAX_CHARACTERS ? `${line.slice(0, MAX_CHARACTERS)}…` : line;
}
