/** Which characters a value may hold: `any`, or a flag for each ASCII code and one, the last, for all beyond. */
export type CharSet = 'any' | Uint8Array;

const BEYOND_ASCII = 128;

/** @param pattern one character; asked about each ASCII character, and about one that stands for all others */
export function charSet(pattern: RegExp): Uint8Array {
  const chars = new Uint8Array(BEYOND_ASCII + 1);
  for (let code = 0; code < BEYOND_ASCII; code++) chars[code] = pattern.test(String.fromCharCode(code)) ? 1 : 0;
  chars[BEYOND_ASCII] = pattern.test('\u00e9') ? 1 : 0;
  return chars;
}

/** A set with these characters besides. */
export function withChars(set: Uint8Array, text: string): Uint8Array {
  const chars = set.slice();
  for (let at = 0; at < text.length; at++) chars[Math.min(text.charCodeAt(at), BEYOND_ASCII)] = 1;
  return chars;
}

export function holds(chars: CharSet, code: number): boolean {
  return chars === 'any' || chars[Math.min(code, BEYOND_ASCII)] === 1;
}
