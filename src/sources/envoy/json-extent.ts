const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;

/** What a byte outside strings does to the depth. */
const STEPS = new Int8Array(256);
for (const opening of Buffer.from('[{')) STEPS[opening] = 1;
for (const closing of Buffer.from(']}')) STEPS[closing] = -1;

/** How large a JSON text is once it is parsed. */
export interface JsonExtent {
  /** How deep it nests. */
  readonly depth: number;
  /** Values in it, within a factor of two: what opens, and commas. */
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
    const byte = json[at] ?? 0;
    if (byte === QUOTE) at = stringEnd(json, at);
    const step = STEPS[byte] ?? 0;
    if (step > 0 || byte === COMMA) values++;
    open += step;
    depth = Math.max(depth, open);
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
