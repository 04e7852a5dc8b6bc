// Lines whose keys are made but not looked up yet. The table is larger than a core's nearest memory: looking up a few
// keys together lets the machine fetch all their places at once, where one after the other would wait for each.

import { countKey, fetchRecord, fetchSlot, hash, insert } from './key-table';
import { HELD, KEYS, MAX_HELD } from './memory';
import { noteStamp } from './time-stamp';

/**
 * A held line: key, its blocks, its hash, where the line begins, what is behind it, where its time stamp stands, the lengths
 * of the key and of its head.
 */
const HELD_BYTES: u32 = 48;
const BLOCKS: usize = 4;
const MIXED: usize = 8;
const LINE: usize = 16;
const BEHIND: usize = 20;
const STAMP: usize = 24;
const LENGTH: usize = 28;
const HEAD_LENGTH: usize = 32;

let held: u32 = 0;
let counted: u32 = 0;

/** Where the next key is made. Copies write 16 bytes at a time: there is room behind. */
export let nextKey: u32 = KEYS;

export function forgetHeld(): void {
  held = 0;
  counted = 0;
  nextKey = KEYS;
}

// @ts-ignore: decorator
@inline
export function isFull(): bool {
  return held == MAX_HELD;
}

/** Whether there is no place for two. */
// @ts-ignore: decorator
@inline
export function isNearlyFull(): bool {
  return held + 1 >= MAX_HELD;
}

/** Whether lines are held of which the first begins at `at`: the host has dealt with the new key before them. */
// @ts-ignore: decorator
@inline
export function goesOnAt(at: u32): bool {
  return counted < held && load<u32>(HELD + counted * HELD_BYTES, LINE) == at;
}

/** Behind the last held line. */
// @ts-ignore: decorator
@inline
export function behindHeld(): u32 {
  return load<u32>(HELD + (held - 1) * HELD_BYTES, BEHIND);
}

/** Holds the line whose key of `length` bytes was made at `nextKey`. */
// @ts-ignore: decorator
@inline
export function hold(length: u32, headLength: u32, line: u32, behind: u32, stamp: u32): void {
  v128.store(nextKey + length, i64x2.splat(0));
  const blocks = (length + 15) >> 4;
  const at = HELD + held * HELD_BYTES;
  store<u32>(at, nextKey);
  store<u32>(at, blocks, BLOCKS);
  store<u32>(at, line, LINE);
  store<u32>(at, behind, BEHIND);
  store<u32>(at, stamp, STAMP);
  store<u32>(at, length, LENGTH);
  store<u32>(at, headLength, HEAD_LENGTH);
  held++;
  nextKey += blocks << 4;
}

/**
 * Counts the held lines in order. Returns 0 when all are counted; else the address of the first one whose key is new,
 * and the lines behind it stay held.
 */
export function countHeld(): u32 {
  const end = HELD + held * HELD_BYTES;
  const begin = HELD + counted * HELD_BYTES;
  for (let at = begin; at < end; at += HELD_BYTES) {
    const mixed = hash(load<u32>(at), load<u32>(at, BLOCKS));
    store<u64>(at, mixed, MIXED);
    fetchSlot(mixed);
  }
  for (let at = begin; at < end; at += HELD_BYTES) fetchRecord(load<u64>(at, MIXED));
  while (counted < held) {
    const at = HELD + counted * HELD_BYTES;
    counted++;
    if (!countKey(load<u32>(at), load<u32>(at, BLOCKS), load<u64>(at, MIXED))) return load<u32>(at, LINE);
    noteStamp(load<u32>(at, STAMP));
  }
  forgetHeld();
  return 0;
}

/** The line that `countHeld` stopped at. */
// @ts-ignore: decorator
@inline
function stoppedAt(): u32 {
  return HELD + (counted - 1) * HELD_BYTES;
}

/** What is behind it. */
export function behindNew(): u32 {
  return load<u32>(stoppedAt(), BEHIND);
}

/** Its key: address, length, and how much of it is the head. */
export function newKey(): u32 {
  return load<u32>(stoppedAt());
}
export function newKeyLength(): u32 {
  return load<u32>(stoppedAt(), LENGTH);
}
export function newHeadLength(): u32 {
  return load<u32>(stoppedAt(), HEAD_LENGTH);
}

/** Takes in its key and counts it. The key's id, or -1 when there is no place. */
export function accept(): i32 {
  const id = insert();
  if (id < 0) return id;
  const at = stoppedAt();
  countKey(load<u32>(at), load<u32>(at, BLOCKS), load<u64>(at, MIXED));
  noteStamp(load<u32>(at, STAMP));
  return id;
}
