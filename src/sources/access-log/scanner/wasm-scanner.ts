import type { LogScanner, StreamOrigin, Tally } from '../scanner.ts';
import { createKeyCells, type KeyCells } from './key-cells.ts';
import { createKeyReader, type KeyReader } from './key-reader.ts';
import { createSlowWay, type SlowWay } from './slow-way.ts';
import { createTextInterner } from './text-interner.ts';
import { loadWasmModule, type NewKey, SCAN_FRAMED, SCAN_JSON, SCAN_TEXT, type WasmModule } from './wasm-module.ts';

export interface WasmScannerOptions {
  /** The default formats it knows by heart: one of them, or each line by its first byte. */
  readonly format: 'text' | 'json' | 'auto';
  readonly tally: Tally;
  /** The upstream host is part of what lines are told apart by; the compiled code for it is another one. */
  readonly withUpstreamHosts?: boolean;
}

const LINE_BREAK = 10;
const ROOM_BYTES = 1 << 20;
const MODES = { text: SCAN_TEXT, json: SCAN_JSON, auto: SCAN_TEXT | SCAN_JSON } as const;

interface Parts {
  readonly module: WasmModule;
  readonly cells: KeyCells;
  readonly reader: KeyReader;
  readonly slowWay: SlowWay;
  readonly tally: Tally;
}

/**
 * The fast scanner: counts exactly what the reference scanner counts, by asking it about every line that is not plainly
 * of the default formats and about the first line of every new key (`docs/adr/0003-wasm-scanner.md`).
 * Throws where WebAssembly or its SIMD is not to be had.
 */
export function createWasmScanner({ format, tally, withUpstreamHosts = false }: WasmScannerOptions): LogScanner {
  const module = loadWasmModule(withUpstreamHosts ? 'scanner-hosts.wasm' : 'scanner.wasm');
  const intern = createTextInterner();
  const parts: Parts = {
    module,
    tally,
    cells: createKeyCells(tally),
    reader: createKeyReader(intern, withUpstreamHosts),
    slowWay: createSlowWay({ format, tally, intern, withUpstreamHosts }),
  };
  let room: Buffer = Buffer.alloc(0);
  return {
    room: (minBytes = 0) => {
      const bytes = Math.max(ROOM_BYTES, minBytes);
      if (room.length === bytes) return room;
      module.reserve(bytes);
      room = module.memory().bytes.subarray(module.roomAt, module.roomAt + bytes);
      return room;
    },
    scan: (origin, length) => {
      const lines = room.subarray(0, room.subarray(0, length).lastIndexOf(LINE_BREAK) + 1);
      const consumed = scanLines(parts, origin, lines, MODES[format] | (origin.framing === 'cri' ? SCAN_FRAMED : 0));
      if (consumed > 0 || length < room.length) return consumed;
      tally.lines(origin, 'dropped', 1);
      return length;
    },
  };
}

/** Counts whole lines that stand in the room. Returns the bytes consumed. */
function scanLines(parts: Parts, origin: StreamOrigin, lines: Buffer, mode: number): number {
  const { module, slowWay } = parts;
  const start = module.roomAt;
  module.begin();
  let at = 0;
  while (at < lines.length) {
    const stoppedAt = module.scan(start + at, start + lines.length, mode) - start;
    const inARow = stoppedAt === at;
    at = stoppedAt;
    const stop = module.stop();
    if (stop === 'end') break;
    const consumed =
      stop === 'new-key'
        ? learn(parts, origin, lines.subarray(at, module.lineEnd() - start))
        : slowWay.scanSome(origin, lines.subarray(at), inARow);
    if (consumed === 0 && stop === 'declined') break;
    at += consumed;
  }
  handOver(parts, origin);
  return at;
}

/** Takes in a new key and counts its first line. Returns the bytes consumed. */
function learn(parts: Parts, origin: StreamOrigin, line: Uint8Array): number {
  const { module, cells, reader } = parts;
  const newKey = module.newKey();
  const raw = reader.read(newKey);
  if (raw === undefined) return judge(parts, origin, line, newKey);
  const key = module.acceptKey();
  if (key < 0) {
    beginAnew(parts, origin);
    return 0;
  }
  cells.learn(key, raw);
  return line.length;
}

/** Lets the reference scanner judge the first line of a new key. Returns the bytes consumed. */
function judge(parts: Parts, origin: StreamOrigin, line: Uint8Array, newKey: NewKey): number {
  const { module, cells, reader, slowWay } = parts;
  slowWay.takeCounted();
  const consumed = slowWay.scan(origin, line);
  const counted = slowWay.takeCounted();
  if (counted === undefined) return consumed;
  reader.learn(newKey, counted.raw);
  const key = module.insertKey();
  if (key < 0) beginAnew(parts, origin);
  else {
    cells.learn(key, counted.raw);
    cells.setCell(origin, key, counted.cell);
  }
  return consumed;
}

/** The table is full: its counts are handed over, and it is emptied. */
function beginAnew(parts: Parts, origin: StreamOrigin): void {
  handOver(parts, origin);
  parts.module.clear();
  parts.cells.clear();
}

/** Gives the tally what the fast way has counted since last time. */
function handOver({ module, cells, tally }: Parts, origin: StreamOrigin): void {
  cells.handOver(origin, module.takeCounts());
  const newest = module.takeNewest();
  if (newest !== undefined) tally.newest(origin.source, Date.parse(newest) / 1000);
}
