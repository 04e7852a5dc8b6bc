import type { LineResult } from '../../model/traffic.ts';
import type { RawRequest } from './raw-request.ts';

/** Where a stream of lines comes from: one container of one pod. */
export interface StreamOrigin {
  /** `files` or `api`: the intake these lines count under. */
  readonly source: string;
  readonly namespace: string;
  readonly pod: string;
  readonly workload: string;
  /** CRI framing as on a node (`TIME stream P|F line`), or bare lines as from the log API or a copied log. */
  readonly framing: 'cri' | 'none';
}

/** What a line of the proxy's own log says. */
export interface ProxyLogLine {
  readonly level: string;
  /** Bounded class of a lost or failing xDS stream. */
  readonly xdsFailure?: string;
}

/**
 * The counters all scanners count into. Cells make the common case, a line like one seen before, an addition.
 * Implemented in `tally.ts`.
 */
export interface Tally {
  /** Changes when cells must be asked for again (services came or went, tallies were restored). */
  readonly generation: number;
  /** The cell for lines of this stream with these fields; the same answer for the same question in one generation. */
  cell(origin: StreamOrigin, raw: RawRequest): number;
  /** Adds `by` access lines to a cell, and to the intake. */
  bump(origin: StreamOrigin, cell: number, by: number): void;
  proxyLog(origin: StreamOrigin, line: ProxyLogLine): void;
  /** Counts lines that are neither: `unparsed`, `other`, `dropped`. */
  lines(origin: StreamOrigin, result: Exclude<LineResult, 'access' | 'proxy_log'>, by: number): void;
  /** Bytes that were lost or skipped. */
  skipped(source: string, bytes: number): void;
  /** Notes the time stamp of the newest line seen, in epoch seconds. */
  newest(source: string, at: number): void;
}

/**
 * Turns bytes into counts. Stateless between calls but for caches: what it did not consume is given again with more
 * behind it, so an offset and the tallies are all a checkpoint needs.
 */
export interface LogScanner {
  /** Room to read into, at least `minBytes`; valid until the next call of `room` or `scan`. */
  room(minBytes?: number): Uint8Array;
  /**
   * Counts every whole line in the first `length` bytes of the room. Returns the bytes consumed: up to the last line
   * that is whole (in CRI framing, the last that is not waiting for the rest of a partial line). A line longer than the
   * room is counted as dropped and consumed piece by piece.
   */
  scan(origin: StreamOrigin, length: number): number;
}
