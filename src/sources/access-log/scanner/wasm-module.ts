import { randomFillSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { JSON_FIELDS } from './json-fields.ts';

/**
 * The compiled scanner, one instance with its own memory. `assembly/index.ts` says what each part does; addresses are
 * bytes in linear memory.
 */
export interface WasmModule {
  /** Linear memory as it is now: ask again after `reserve`. */
  memory(): Memory;
  /** Where the host reads files to. */
  readonly roomAt: number;
  /** Makes the room at least this large. Views of memory taken before may be dead then. */
  reserve(roomBytes: number): void;
  /** To be called before the first `scan` of other bytes than those it stopped in. */
  begin(): void;
  /**
   * Counts lines from `at` to `end`, where a line break ends the last. Returns where it stopped, `stop()` says why. It
   * goes on well at `lineEnd()` after a new key, and at any other line's begin.
   */
  scan(at: number, end: number, mode: number): number;
  stop(): Stop;
  /** Behind the line of the new key that `scan` stopped at. */
  lineEnd(): number;
  /** That key. */
  newKey(): NewKey;
  /** Takes in that key, and counts its line not; its id, or -1 when the table is full. */
  insertKey(): number;
  /** Takes in that key, and counts its line. */
  acceptKey(): number;
  /** Ids of keys, each with how often it came since last taken. Valid until the next call of any function here. */
  takeCounts(): Uint32Array;
  /** Forgets all keys; their counts must have been taken. */
  clear(): void;
  /** The newest time stamp of counted lines since last asked, as text. */
  takeNewest(): string | undefined;
}

/** Views of linear memory. */
export interface Memory {
  readonly bytes: Buffer;
  /** Pairs of an id and a count, as far as the module says. */
  readonly touched: Uint32Array;
}

/** What decides which counter a line counts in, as it stands in the line. */
export interface NewKey {
  /** Everything up to the transport failure, in a form of its own. */
  readonly head: string;
  /**
   * A line break before each: upstream cluster, route, and where they matter authority and downstream local address. In
   * front of them the upstream host, where keys hold it: empty where it does not matter.
   */
  readonly tail: string;
}

export type Stop = 'end' | 'declined' | 'new-key';
export const SCAN_TEXT = 1;
export const SCAN_JSON = 2;
export const SCAN_FRAMED = 4;

/** The order of `assembly/outcome.ts`. */
const STOPS: readonly Stop[] = ['end', 'declined', 'new-key'];
const PAGE_BYTES = 65_536;
/** Of `assembly/memory.ts`: as many as the table can hold. */
const MAX_KEYS = 65_536;
/** Of `assembly/json-fields.ts`: how a name is laid out. */
const NAME_BYTES = 128;
const NAME_MASK_AT = 48;
const NAME_LENGTH_AT = 96;
const STAMP_BYTES = 24;

/** As much of WebAssembly's interface as is used here; the libraries compiled against declare none outside browsers. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

interface Global {
  readonly value: number;
}

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  begin(): void;
  scan(at: number, end: number, mode: number): number;
  insert(): number;
  accept(): number;
  newKey(): number;
  newKeyLength(): number;
  newHeadLength(): number;
  clear(): void;
  forgetTouched(): void;
  forgetNewest(): void;
  readonly stopped: Global;
  readonly lineEnd: Global;
  readonly touched: Global;
  readonly hasNewest: Global;
  readonly TOUCHED: Global;
  readonly NEWEST: Global;
  readonly ROOM: Global;
  readonly MARGIN: Global;
  readonly SECRET: Global;
  readonly MAX_KEY_BYTES: Global;
  readonly NAMES: Global;
}

/**
 * Compiles and starts the scanner: a few milliseconds. Throws where WebAssembly or its SIMD is not to be had.
 * @param file `scanner-hosts.wasm` is the same, but that keys hold the upstream host
 */
export function loadWasmModule(file: 'scanner.wasm' | 'scanner-hosts.wasm' = 'scanner.wasm'): WasmModule {
  const code = readFileSync(new URL(`./${file}`, import.meta.url));
  const exports = new WebAssembly.Instance(new WebAssembly.Module(code)).exports as Exports;
  let memory = viewMemory(exports, 0);
  prepare(exports, memory.bytes);
  return {
    memory: () => memory,
    roomAt: exports.ROOM.value,
    reserve: (roomBytes) => {
      memory = viewMemory(exports, roomBytes);
    },
    begin: exports.begin,
    scan: exports.scan,
    stop: () => STOPS[exports.stopped.value] ?? 'declined',
    lineEnd: () => exports.lineEnd.value,
    newKey: () => {
      const at = exports.newKey();
      const tailAt = at + exports.newHeadLength();
      return {
        head: memory.bytes.toString('latin1', at, tailAt),
        tail: memory.bytes.toString('latin1', tailAt, at + exports.newKeyLength()),
      };
    },
    insertKey: exports.insert,
    acceptKey: exports.accept,
    takeCounts: () => {
      const counts = memory.touched.subarray(0, 2 * exports.touched.value);
      exports.forgetTouched();
      return counts;
    },
    clear: exports.clear,
    takeNewest: () => {
      if (exports.hasNewest.value === 0) return undefined;
      exports.forgetNewest();
      return memory.bytes.toString('latin1', exports.NEWEST.value, exports.NEWEST.value + STAMP_BYTES);
    },
  };
}

/** Views of a memory with at least this much room: pages that nothing touches cost nothing. */
function viewMemory(exports: Exports, roomBytes: number): Memory {
  const missing = exports.ROOM.value + roomBytes + exports.MARGIN.value - exports.memory.buffer.byteLength;
  if (missing > 0) exports.memory.grow(Math.ceil(missing / PAGE_BYTES));
  const { buffer } = exports.memory;
  return {
    bytes: Buffer.from(buffer),
    touched: new Uint32Array(buffer, exports.TOUCHED.value, 2 * MAX_KEYS),
  };
}

/** A fresh secret for the hash, and the names of the JSON fields. */
function prepare(exports: Exports, bytes: Buffer): void {
  randomFillSync(bytes, exports.SECRET.value, exports.MAX_KEY_BYTES.value);
  for (const [field, name] of JSON_FIELDS.entries()) {
    const text = `,"${name}":`;
    const at = exports.NAMES.value + field * NAME_BYTES;
    bytes.write(text, at, 'latin1');
    bytes.writeBigUInt64LE((1n << BigInt(text.length)) - 1n, at + NAME_MASK_AT);
    bytes.writeUInt32LE(text.length, at + NAME_LENGTH_AT);
    bytes.writeUInt32LE(field, at + NAME_LENGTH_AT + 4);
  }
}
