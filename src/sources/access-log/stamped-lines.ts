/** How far a log with time stamps was read: lines before `stamp` are counted, and `seen` of those that bear it. */
export interface StampPosition {
  /** As the API server wrote it. */
  readonly stamp: string;
  readonly seen: number;
}

/** Takes time stamps off the lines of a log, and leaves out lines that were read before. */
export interface StampedLines {
  /** The new lines that are whole by now, bare. */
  push(chunk: Uint8Array): Buffer;
  /** Behind the last line given out. */
  position(): StampPosition | undefined;
}

const LINE_BREAK = 10;
/** Longer lines are passed on in pieces, which no parser takes for a line of its own. */
const LONGEST_LINE = 1 << 20;
const STAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d) /;

/**
 * The API repeats whole seconds (`sinceTime` has no fraction), so lines are told apart by their nanoseconds, and those of
 * one nanosecond by their number.
 * @param resume where the last stream of this log ended
 */
export function createStampedLines(resume: StampPosition | undefined): StampedLines {
  let rest: Buffer = Buffer.alloc(0);
  let position = resume;
  let newest = resume === undefined ? undefined : nanosOf(`${resume.stamp} `);
  /** How many lines of the last stamp are still to be repeated; undefined once something new has come. */
  let toSkip = resume?.seen;
  const isRepeated = (nanos: bigint): boolean => {
    if (toSkip === undefined || newest === undefined || nanos > newest) return false;
    if (nanos < newest) return true;
    toSkip -= 1;
    return toSkip >= 0;
  };
  /** Two streams of one container may be written a little out of order: only the newest stamp is a position. */
  const moveOn = (stamp: string, nanos: bigint): void => {
    toSkip = undefined;
    if (newest !== undefined && nanos < newest) return;
    position = { stamp, seen: nanos === newest ? (position?.seen ?? 0) + 1 : 1 };
    newest = nanos;
  };
  const bare = (line: Buffer): Buffer | undefined => {
    const start = line.toString('latin1', 0, 40);
    const [prefix] = STAMP.exec(start) ?? [];
    const nanos = prefix === undefined ? undefined : nanosOf(prefix);
    if (prefix === undefined || nanos === undefined) return line;
    if (isRepeated(nanos)) return undefined;
    moveOn(prefix.trimEnd(), nanos);
    return line.subarray(prefix.length);
  };
  return {
    push(chunk) {
      const bytes = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk]);
      const lines: Buffer[] = [];
      let start = 0;
      for (let end = bytes.indexOf(LINE_BREAK); end >= 0; end = bytes.indexOf(LINE_BREAK, start)) {
        const line = bare(bytes.subarray(start, end + 1));
        if (line !== undefined) lines.push(line);
        start = end + 1;
      }
      rest = bytes.subarray(start);
      if (rest.length > LONGEST_LINE) {
        lines.push(rest);
        rest = Buffer.alloc(0);
      }
      return Buffer.concat(lines);
    },
    position: () => position,
  };
}

/** Nanoseconds since 1970; undefined for a day that does not exist. */
function nanosOf(text: string): bigint | undefined {
  const [, second = '', fraction = '', zone = ''] = STAMP.exec(text) ?? [];
  const ms = Date.parse(`${second}${zone}`);
  return Number.isNaN(ms) ? undefined : BigInt(ms) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
}
