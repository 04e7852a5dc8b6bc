const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = new Set([0x7b, 0x5b]);
const CLOSE = new Set([0x7d, 0x5d]);

/**
 * How deep a JSON text nests, without parsing it: what nests too deep would overrun the stack of everything that walks
 * through it later.
 * @param limit counting stops beyond it
 */
export function nestingOf(json: Uint8Array, limit: number): number {
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < json.length && deepest <= limit; at++) {
    const byte = json[at] ?? 0;
    if (byte === QUOTE) at = stringEnd(json, at);
    else if (OPEN.has(byte)) deepest = Math.max(deepest, ++depth);
    else if (CLOSE.has(byte)) depth--;
  }
  return deepest;
}

/** Where the string that begins at a place ends. */
function stringEnd(json: Uint8Array, from: number): number {
  let end = json.indexOf(QUOTE, from + 1);
  while (end >= 0 && isEscaped(json, end)) end = json.indexOf(QUOTE, end + 1);
  return end < 0 ? json.length : end;
}

/** A quote behind an odd number of backslashes ends nothing. */
function isEscaped(json: Uint8Array, quote: number): boolean {
  let before = quote - 1;
  while (json[before] === BACKSLASH) before--;
  return (quote - before) % 2 === 0;
}
