// The scanner's fast way: counts the lines it is sure of, and hands every other one to the host.

import { jsonEnd, countJsonLine } from './json-line';
import { MARGIN, ROOM } from './memory';
import { COUNTED, DECLINED } from './outcome';
import { skipPrefix } from './runtime-prefix';
import { countTextLine, textEnd } from './text-line';

export { COUNTS, MAX_KEY_BYTES, MARGIN, NAMES, NEWEST, PLACES, ROOM, SECRET, TOUCHED } from './memory';
export { clear, forgetTouched, insert, touched } from './key-table';
export { forgetNewest, hasNewest } from './time-stamp';

export const TEXT: i32 = 1;
export const JSON: i32 = 2;
export const FRAMED: i32 = 4;

/** Why `scan` stopped: COUNTED at the end, DECLINED or NEW_KEY at a line. */
export let stopped: i32 = 0;
/** Behind the line of a new key. */
export let lineEnd: u32 = 0;

/**
 * Counts lines from `at` on, all of them whole: a line break stands before `end`.
 * @param mode sum of TEXT, JSON and FRAMED
 * @returns where it stopped
 */
export function scan(at: u32, end: u32, mode: i32): u32 {
  while (at < end) {
    const line = mode & FRAMED ? skipPrefix(at) : at;
    const first = load<u8>(line);
    let outcome = DECLINED;
    if (line != 0) {
      if (first == 0x5b && (mode & TEXT) != 0) {
        outcome = countTextLine(line, end);
        lineEnd = textEnd;
      } else if (first == 0x7b && (mode & JSON) != 0) {
        outcome = countJsonLine(line);
        lineEnd = jsonEnd;
      }
    }
    if (outcome != COUNTED) {
      stopped = outcome;
      return at;
    }
    at = lineEnd;
  }
  stopped = COUNTED;
  return at;
}

/** Bytes the host may read into. */
export function roomBytes(): u32 {
  return (memory.size() << 16) - ROOM - MARGIN;
}
