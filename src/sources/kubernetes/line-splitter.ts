/** A whole line without its end, or one too long to keep. */
export type Line = { readonly text: string } | { readonly droppedBytes: number };

export interface LineSplitter {
  /** The lines that this chunk completes. */
  push(chunk: Uint8Array): Line[];
  /** Bytes of a last line that never ended. */
  pendingBytes(): number;
}

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * Cuts a byte stream into lines. A line is decoded whole, so chunk borders may fall inside of a character; what is
 * longer than `maxBytes` is counted and let go instead of filling the memory. Empty lines are left out.
 */
export function createLineSplitter(maxBytes: number): LineSplitter {
  let parts: Uint8Array[] = [];
  let bytes = 0;

  function keep(part: Uint8Array): void {
    bytes += part.length;
    if (bytes > maxBytes) parts = [];
    else if (part.length > 0) parts.push(part);
  }

  function finish(): Line | undefined {
    const line = bytes > maxBytes ? { droppedBytes: bytes } : textLine(parts, bytes);
    parts = [];
    bytes = 0;
    return line;
  }

  return {
    push(chunk) {
      const lines: Line[] = [];
      let start = 0;
      for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
        keep(chunk.subarray(start, end));
        const line = finish();
        if (line !== undefined) lines.push(line);
        start = end + 1;
      }
      // Copied: the chunk's memory belongs to the socket's next read, or to a much larger pool.
      if (start < chunk.length) keep(Buffer.from(chunk.subarray(start)));
      return lines;
    },
    pendingBytes: () => bytes,
  };
}

function textLine(parts: readonly Uint8Array[], bytes: number): Line | undefined {
  const whole = parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts, bytes);
  const end = whole[whole.length - 1] === CARRIAGE_RETURN ? whole.length - 1 : whole.length;
  if (end <= 0) return undefined;
  return { text: Buffer.from(whole.buffer, whole.byteOffset, end).toString('utf8') };
}
