import type { AccessLine } from './access-line.ts';
import { classify, type LineFormat } from './classify.ts';
import { readFrame } from './cri.ts';
import { type RawRequest, tellsUpstreamHost, UNSET } from './raw-request.ts';
import type { LogScanner, StreamOrigin, Tally } from './scanner.ts';

export interface ReferenceScannerOptions {
  readonly format: LineFormat;
  readonly tally: Tally;
  /** The tally is told the upstream host too. */
  readonly withUpstreamHosts?: boolean;
}

const LINE_BREAK = 10;
const ROOM_BYTES = 1 << 20;

/** The slow, strict scanner: it defines what is right, and counts what the fast one is not sure of. */
export function createReferenceScanner(options: ReferenceScannerOptions): LogScanner {
  const { tally } = options;
  let room = Buffer.alloc(0);
  return {
    room: (minBytes = 0) => {
      const bytes = Math.max(ROOM_BYTES, minBytes);
      if (room.length !== bytes) room = Buffer.allocUnsafe(bytes);
      return room;
    },
    scan: (origin, length) => {
      const count = (line: string): void => countLine(options, origin, line);
      const lines = room.subarray(0, length);
      const consumed =
        origin.framing === 'cri'
          ? scanFramed(lines, count, () => tally.lines(origin, 'unparsed', 1))
          : scanBare(lines, count);
      if (consumed > 0 || length < room.length) return consumed;
      tally.lines(origin, 'dropped', 1);
      return length;
    },
  };
}

function countLine(options: ReferenceScannerOptions, origin: StreamOrigin, line: string): void {
  const { format, tally, withUpstreamHosts } = options;
  const found = classify(line, format);
  switch (found.kind) {
    case 'access':
      tally.bump(origin, tally.cell(origin, withUpstreamHosts === true ? withHost(found.line) : found.line.raw), 1);
      if (found.line.at !== undefined) tally.newest(origin.source, found.line.at);
      return;
    case 'proxy_log':
      tally.proxyLog(origin, found.line);
      return;
    case 'unparsed':
    case 'other':
      tally.lines(origin, found.kind, 1);
      return;
    default:
      found satisfies never;
  }
}

function withHost({ raw, upstreamHost }: AccessLine): RawRequest {
  return { ...raw, upstreamHost: tellsUpstreamHost(raw.upstreamCluster) ? upstreamHost : UNSET };
}

/** Calls back for each whole line, without its break. Returns how many bytes they took. */
function scanBare(bytes: Buffer, count: (line: string, end: number) => void): number {
  let start = 0;
  for (let end = bytes.indexOf(LINE_BREAK); end >= 0; end = bytes.indexOf(LINE_BREAK, start)) {
    const text = bytes.toString('utf8', start, end);
    start = end + 1;
    count(text.endsWith('\r') ? text.slice(0, -1) : text, start);
  }
  return start;
}

/**
 * Joins partial lines. What follows a line that is not whole yet waits with it, also of the other stream: only then is
 * an offset enough to go on from.
 */
function scanFramed(bytes: Buffer, count: (line: string) => void, unframed: () => void): number {
  const parts = { stdout: '', stderr: '' };
  const open = new Set<string>();
  let waiting: (() => void)[] = [];
  let consumed = 0;
  scanBare(bytes, (text, end) => {
    const framed = readFrame(text);
    if (framed === undefined) waiting.push(unframed);
    else if (framed.partial) {
      parts[framed.stream] += framed.message;
      open.add(framed.stream);
    } else {
      const line = parts[framed.stream] + framed.message;
      parts[framed.stream] = '';
      open.delete(framed.stream);
      waiting.push(() => count(line));
    }
    if (open.size > 0) return;
    for (const act of waiting) act();
    waiting = [];
    consumed = end;
  });
  return consumed;
}
