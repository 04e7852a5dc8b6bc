const PLAIN = 0;
const QUOTE = 1;
const OPEN = 2;
const CLOSE = 3;
const COMMA = 4;
const BACKSLASH = 0x5c;
const DOUBLE_QUOTE = 0x22;
const RIGHT_BRACKET = 0x5d;

/** What a byte outside of strings means for the nesting. */
const KIND: Uint8Array = new Uint8Array(256);
KIND[DOUBLE_QUOTE] = QUOTE;
KIND['['.charCodeAt(0)] = OPEN;
KIND['{'.charCodeAt(0)] = OPEN;
KIND[RIGHT_BRACKET] = CLOSE;
KIND['}'.charCodeAt(0)] = CLOSE;
KIND[','.charCodeAt(0)] = COMMA;

/** Finds where an element of a JSON array ends, over as many chunks as it takes. */
export interface ElementEnd {
  /** Index of the comma or bracket that ends the element, or the chunk's length where it goes on in the next. */
  find(chunk: Uint8Array, from: number): number;
}

/**
 * Follows nesting, strings and escapes on bytes: all that JSON makes of structure is ASCII.
 * Chunks are never empty.
 */
export function createElementEnd(): ElementEnd {
  let depth = 0;
  let inString = false;
  let escaped = false;

  const skipString = (chunk: Uint8Array, from: number): number => {
    let at = escaped ? from + 1 : from;
    escaped = false;
    while (at < chunk.length) {
      const byte = chunk[at++];
      if (byte === BACKSLASH) at++;
      else if (byte === DOUBLE_QUOTE) {
        inString = false;
        return at;
      }
    }
    escaped = at > chunk.length;
    return chunk.length;
  };

  /** Notes what a byte outside of strings opens or closes. */
  const nest = (kind: number | undefined): void => {
    if (kind === QUOTE) inString = true;
    else if (kind === OPEN) depth++;
    // A closing brace that nothing opened stays in the element, for JSON.parse to refuse.
    else if (kind === CLOSE && depth > 0) depth--;
  };

  /** Takes in a byte outside of strings; whether it ends the element. */
  const ends = (byte: number): boolean => {
    const kind = KIND[byte];
    if (kind === PLAIN) return false;
    if (depth === 0 && (kind === COMMA || byte === RIGHT_BRACKET)) return true;
    nest(kind);
    return false;
  };

  const find = (chunk: Uint8Array, from: number): number => {
    let at = from;
    while (at < chunk.length) {
      if (inString) at = skipString(chunk, at);
      else if (ends(chunk[at] ?? 0)) return at;
      else at++;
    }
    return at;
  };
  return { find };
}
