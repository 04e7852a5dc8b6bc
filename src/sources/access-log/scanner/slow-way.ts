import type { RawRequest } from '../raw-request.ts';
import { createReferenceScanner } from '../reference-scanner.ts';
import type { LogScanner, StreamOrigin, Tally } from '../scanner.ts';
import { interned } from './text-interner.ts';

/** The reference scanner, for the lines that the compiled one is not sure of. */
export interface SlowWay {
  /** Counts what is whole in these bytes, which end in a line break. Returns how many it consumed. */
  scan(origin: StreamOrigin, bytes: Uint8Array): number;
  /**
   * Counts a line or more from the front. `inARow`: the call before this one ended where this begins; then more each
   * time. Returns how many bytes it consumed, 0 when all of them wait for the rest of a partial line.
   */
  scanSome(origin: StreamOrigin, bytes: Buffer, inARow: boolean): number;
  /** The last access line that it counted; undefined if it has counted none since last asked. */
  takeCounted(): Counted | undefined;
}

/** What an access line said, and the tally's cell that it was counted in. */
export interface Counted {
  readonly raw: RawRequest;
  readonly cell: number;
}

const LINE_BREAK = 10;
/** Most lines given in one piece, but for a partial line of more pieces. */
const MAX_LINES = 256;

export interface SlowWayOptions {
  readonly format: 'text' | 'json' | 'auto';
  readonly tally: Tally;
  /** Gives equal texts as one string. */
  readonly intern: (text: string) => string;
  readonly withUpstreamHosts?: boolean;
}

export function createSlowWay({ format, tally, intern, withUpstreamHosts = false }: SlowWayOptions): SlowWay {
  let counted: Counted | undefined;
  const scanner: LogScanner = createReferenceScanner({
    format,
    withUpstreamHosts,
    tally: {
      get generation() {
        return tally.generation;
      },
      cell: (origin, asked) => {
        const raw = interned(asked, intern);
        const cell = tally.cell(origin, raw);
        counted = { raw, cell };
        return cell;
      },
      bump: (origin, cell, by) => tally.bump(origin, cell, by),
      proxyLog: (origin, line) => tally.proxyLog(origin, line),
      lines: (origin, result, by) => tally.lines(origin, result, by),
      skipped: (source, bytes) => tally.skipped(source, bytes),
      newest: (source, at) => tally.newest(source, at),
    },
  });
  const scan = (origin: StreamOrigin, bytes: Uint8Array): number => {
    // Room for more than is given: a full room would mean a line without an end.
    scanner.room(bytes.length + 1).set(bytes);
    return scanner.scan(origin, bytes.length);
  };
  let lines = 1;
  return {
    scan,
    scanSome: (origin, bytes, inARow) => {
      lines = inARow ? Math.min(2 * lines, MAX_LINES) : 1;
      for (;;) {
        const piece = bytes.subarray(0, endOfLines(bytes, lines));
        const consumed = scan(origin, piece);
        if (consumed > 0 || piece.length === bytes.length) return consumed;
        lines *= 2;
      }
    },
    takeCounted: () => {
      const taken = counted;
      counted = undefined;
      return taken;
    },
  };
}

/** Behind the `count`-th line break, or the last. */
function endOfLines(bytes: Buffer, count: number): number {
  let end = 0;
  for (let line = 0; line < count && end < bytes.length; line++) end = bytes.indexOf(LINE_BREAK, end) + 1;
  return end;
}
