const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** How large a JSON text is once it is parsed. */
export interface JsonExtent {
  /** How deep it nests. */
  readonly depth: number;
  /** Values in it, or a few more. */
  readonly values: number;
}

/**
 * Measures a JSON text without parsing it: what nests too deep would overrun the stack of everything that walks through
 * it later, and many small values take many times the room of their text.
 * @param limit measuring stops where either is beyond it
 */
export function measureJson(json: Uint8Array, limit: JsonExtent): JsonExtent {
  let open = 0;
  let depth = 0;
  let values = 0;
  for (let at = 0; at < json.length && depth <= limit.depth && values <= limit.values; at++) {
    const byte = json[at];
    if (byte === QUOTE) at = stringEnd(json, at);
    else if (byte === COMMA) values++;
    else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      values++;
      depth = Math.max(depth, ++open);
    } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) open--;
  }
  return { depth, values };
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
