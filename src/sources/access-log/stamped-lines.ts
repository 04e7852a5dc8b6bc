/** How far a log with time stamps was read. */
export interface StampPosition {
  /** The newest stamp, as the API server wrote it. */
  readonly stamp: string;
  /** Lines read from the first with that stamp on, itself included; 0 where none was, only a moment is known. */
  readonly seen: number;
}

/** Nothing read, and nothing too old. */
export const LOG_START: StampPosition = { stamp: '1970-01-01T00:00:00Z', seen: 0 };

/** Takes time stamps off the lines of a log, and leaves out lines that were read before. */
export interface StampedLines {
  /** The new lines that are whole by now, bare. */
  push(chunk: Uint8Array): Buffer;
  /** Behind the last line given out. */
  position(): StampPosition;
  /** Whether lines that were read before should have been repeated and were not: others may be lost with them. */
  hasGap(): boolean;
}

const LINE_BREAK = 10;
const NOTHING = Buffer.alloc(0);
/** Longer lines are passed on in pieces, which no parser takes for a line of its own. */
const LONGEST_LINE = 1 << 20;
const STAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d) /;
const LONGEST_STAMP = 40;

/** @param resume where the last stream of this log ended */
export function createStampedLines(resume: StampPosition): StampedLines {
  const repeats = createRepeats(resume);
  let rest: Buffer = NOTHING;
  /** In the middle of a line too long to keep: what looks like a stamp there is none. */
  let inside: 'new' | 'repeated' | undefined;
  const bare = (piece: Buffer): Buffer => {
    if (inside === undefined) return withoutStamp(piece, repeats);
    return inside === 'new' ? piece : NOTHING;
  };
  const passOn = (piece: Buffer): Buffer => {
    const passed = bare(piece);
    inside = passed.length === 0 ? 'repeated' : 'new';
    return passed;
  };
  return {
    push(chunk) {
      const bytes = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk]);
      const lines: Buffer[] = [];
      let start = 0;
      for (let end = bytes.indexOf(LINE_BREAK); end >= 0; end = bytes.indexOf(LINE_BREAK, start)) {
        lines.push(bare(bytes.subarray(start, end + 1)));
        inside = undefined;
        start = end + 1;
      }
      rest = bytes.subarray(start);
      if (rest.length > LONGEST_LINE) {
        lines.push(passOn(rest));
        rest = NOTHING;
      }
      return Buffer.concat(lines);
    },
    position: repeats.position,
    hasGap: repeats.hasGap,
  };
}

/** A line without its stamp, or nothing where it was read before. */
function withoutStamp(line: Buffer, repeats: Repeats): Buffer {
  const [prefix] = STAMP.exec(line.toString('latin1', 0, LONGEST_STAMP)) ?? [];
  const nanos = prefix === undefined ? undefined : nanosOf(prefix);
  // The kubelet's own words, as that a log cannot be opened.
  if (prefix === undefined || nanos === undefined) return line;
  return repeats.isRepeated(prefix.trimEnd(), nanos) ? NOTHING : line.subarray(prefix.length);
}

interface Repeats {
  /** Whether a line with this stamp was read before; if not, it is taken in. */
  isRepeated(stamp: string, nanos: bigint): boolean;
  position(): StampPosition;
  hasGap(): boolean;
}

/**
 * The API repeats whole seconds (`sinceTime` loses its fraction on the way), in the order of the file: lines are told
 * apart by their nanoseconds, and from the newest stamp on by their number. A runtime may write two streams of one
 * container a little out of order, so stamps behind the newest one may be older.
 */
function createRepeats(resume: StampPosition): Repeats {
  let position = resume;
  let newest = nanosOf(`${resume.stamp} `) ?? 0n;
  /** Lines still to be repeated; undefined once something new has come. */
  let toSkip: number | undefined = resume.seen;
  let reached = false;
  let gap = false;
  const isOld = (nanos: bigint): boolean => {
    if (toSkip === undefined) return false;
    if (nanos < newest && !reached) return true;
    reached = true;
    if (nanos > newest) {
      gap = toSkip > 0;
      return false;
    }
    toSkip -= 1;
    return toSkip >= 0;
  };
  return {
    isRepeated(stamp, nanos) {
      if (isOld(nanos)) return true;
      toSkip = undefined;
      position = nanos > newest ? { stamp, seen: 1 } : { stamp: position.stamp, seen: position.seen + 1 };
      if (nanos > newest) newest = nanos;
      return false;
    },
    position: () => position,
    hasGap: () => gap,
  };
}

/** Nanoseconds since 1970; undefined for a day that does not exist. */
function nanosOf(text: string): bigint | undefined {
  const [, second = '', fraction = '', zone = ''] = STAMP.exec(text) ?? [];
  const ms = Date.parse(`${second}${zone}`);
  return Number.isNaN(ms) ? undefined : BigInt(ms) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
}
