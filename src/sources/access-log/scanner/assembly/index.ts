// The scanner's fast way: counts the lines it is sure of, and hands every other one to the host. Compiled twice: with
// WITH_UPSTREAM_HOSTS defined, keys hold the upstream host, and only then is there any code for it.

import { behindHeld, behindNew, countHeld, forgetHeld, goesOnAt, isFull } from './held-lines';
import { holdJsonLines } from './json-line';
import { AT_END, DECLINED, NEW_KEY } from './outcome';
import { skipPrefix } from './runtime-prefix';
import { holdTextLine } from './text-line';

export { MAX_KEY_BYTES, MARGIN, NAMES, NEWEST, ROOM, SECRET, TOUCHED } from './memory';
export { accept, newHeadLength, newKey, newKeyLength } from './held-lines';
export { clear, forgetTouched, insert, touched } from './key-table';
export { forgetNewest, hasNewest } from './time-stamp';

export const TEXT: i32 = 1;
export const JSON: i32 = 2;
export const FRAMED: i32 = 4;

/** Why `scan` stopped. */
export let stopped: i32 = AT_END;
/** Behind the line of a new key. */
export let lineEnd: u32 = 0;

/** What the host says before the first `scan` of other bytes. */
export function begin(): void {
  forgetHeld();
}

/**
 * Counts lines from `at` on, all of them whole: a line break stands before `end`. To go on after a new key, the host
 * gives what is behind its line.
 * @param mode sum of TEXT, JSON and FRAMED
 * @returns where it stopped
 */
export function scan(at: u32, end: u32, mode: i32): u32 {
  if (goesOnAt(at)) at = behindHeld();
  else forgetHeld();
  while (at < end) {
    if (isFull()) {
      const line = countHeld();
      if (line != 0) return stopAtNew(line);
    }
    const behind = holdLine(at, end, mode);
    if (behind == 0) return stop(at, DECLINED);
    at = behind;
  }
  return stop(at, AT_END);
}

/** Counts what is held before stopping at `at`: a new key among it comes first. */
function stop(at: u32, why: i32): u32 {
  const line = countHeld();
  if (line != 0) return stopAtNew(line);
  stopped = why;
  return at;
}

function stopAtNew(line: u32): u32 {
  stopped = NEW_KEY;
  lineEnd = behindNew();
  return line;
}

/** Behind the line at `at` if it is held now, or behind one more that is held with it; 0 when it is declined. */
// @ts-ignore: decorator
@inline
function holdLine(at: u32, end: u32, mode: i32): u32 {
  const body = mode & FRAMED ? skipPrefix(at) : at;
  if (body == 0) return 0;
  const first = load<u8>(body);
  if (first == 0x5b && (mode & TEXT) != 0) return holdTextLine(at, body, end);
  if (first == 0x7b && (mode & JSON) != 0) return holdJsonLines(at, body, end, (mode & FRAMED) != 0);
  return 0;
}
