// The table of keys seen. A key that is there was accepted by the reference parser when it came first; every byte is
// compared, so that equal means equal.

import { MAX_KEYS, RECORDS, RECORDS_END, RECORD_HEAD, SECRET, SLOTS, SLOT_BITS, SLOT_BYTES, TOUCHED } from './memory';

/** The upper bits of a slot are the hash's, the others the number of its record counted in vectors from 1. */
const TAG_MASK: u32 = 0xfff00000;
const SLOT_MASK: u32 = ((1 << SLOT_BITS) - 1) * SLOT_BYTES;

/** A record: the key's id and blocks, in which round it was last counted, and where among the touched ones. */
const BLOCKS: usize = 4;
const ROUND: usize = 8;
const PLACE: usize = 12;

export let keys: u32 = 0;
export let touched: u32 = 0;
/** One round lasts until the host has taken the counts. No record is of round 0. */
let round: u32 = 1;
let recordsTop: u32 = RECORDS;
/** The key last looked up and not found, and where it would stand. */
let missedKey: u32 = 0;
let missedBlocks: u32 = 0;
let missedTag: u32 = 0;
let freeSlot: u32 = 0;
/** Keeps loads that are made only to have the memory near from being left out. */
export let fetched: u32 = 0;

/**
 * Hash of a key of whole vectors. NH (Black and others, UMAC, 1999): sums of products of secret-shifted halves. Two
 * different keys fall together with a chance of 2^-32 that no caller who does not know the secret can raise.
 */
// @ts-ignore: decorator
@inline
export function hash(key: u32, blocks: u32): u64 {
  let sum = i64x2.splat(0);
  for (let offset: u32 = 0, end = blocks << 4; offset < end; offset += 16) {
    const mixed = i32x4.add(v128.load(key + offset), v128.load(SECRET + offset));
    sum = i64x2.add(sum, i64x2.extmul_low_i32x4_u(mixed, v128.shuffle<i64>(mixed, mixed, 1, 0)));
  }
  const folded = i64x2.extract_lane(sum, 0) + i64x2.extract_lane(sum, 1) + blocks;
  return folded * 0x9e3779b97f4a7c15;
}

// @ts-ignore: decorator
@inline
function slotOf(mixed: u64): u32 {
  return <u32>(mixed >> (64 - SLOT_BITS)) * SLOT_BYTES;
}

// @ts-ignore: decorator
@inline
function recordOf(entry: u32): u32 {
  return RECORDS + ((entry & ~TAG_MASK) << 4) - 16;
}

/** Asks for the slot of a key that will be looked up soon. */
// @ts-ignore: decorator
@inline
export function fetchSlot(mixed: u64): void {
  fetched += load<u32>(SLOTS + slotOf(mixed));
}

/** Asks for the record that the first slot of a key names: it is nearly always the right one. */
// @ts-ignore: decorator
@inline
export function fetchRecord(mixed: u64): void {
  const entry = load<u32>(SLOTS + slotOf(mixed));
  if (entry == 0) return;
  const record = recordOf(entry);
  fetched += load<u32>(record) + load<u32>(record, 64) + load<u32>(record, 128);
}

// @ts-ignore: decorator
@inline
function isKeyAt(record: u32, key: u32, blocks: u32): bool {
  if (load<u32>(record, BLOCKS) != blocks) return false;
  for (let offset: u32 = 0, end = blocks << 4; offset < end; offset += 16) {
    if (!i8x16.all_true(i8x16.eq(v128.load(key + offset), v128.load(record + offset, RECORD_HEAD)))) return false;
  }
  return true;
}

/** Counts a key if it is known. False if it is new: then `insert` takes it in. */
// @ts-ignore: decorator
@inline
export function countKey(key: u32, blocks: u32, mixed: u64): bool {
  const tag = (<u32>mixed) & TAG_MASK;
  let slot = slotOf(mixed);
  while (true) {
    const entry = load<u32>(SLOTS + slot);
    if (entry == 0) break;
    if ((entry & TAG_MASK) == tag && isKeyAt(recordOf(entry), key, blocks)) {
      count(recordOf(entry));
      return true;
    }
    slot = (slot + SLOT_BYTES) & SLOT_MASK;
  }
  missedKey = key;
  missedBlocks = blocks;
  missedTag = tag;
  freeSlot = SLOTS + slot;
  return false;
}

/** The counts of one round stand side by side, near at hand: keys are many, and those of one round are few. */
// @ts-ignore: decorator
@inline
function count(record: u32): void {
  if (load<u32>(record, ROUND) == round) {
    const at = TOUCHED + (load<u32>(record, PLACE) << 3);
    store<u32>(at, load<u32>(at, 4) + 1, 4);
    return;
  }
  store<u32>(record, round, ROUND);
  store<u32>(record, touched, PLACE);
  store<u32>(TOUCHED + (touched << 3), load<u32>(record));
  store<u32>(TOUCHED + (touched << 3), 1, 4);
  touched++;
}

/** Takes in the key last missed, uncounted. Its id, from 0 on; -1 when the table or its memory is full. */
export function insert(): i32 {
  const bytes = missedBlocks << 4;
  if (keys == MAX_KEYS || recordsTop + RECORD_HEAD + bytes > RECORDS_END) return -1;
  const record = recordsTop;
  recordsTop += RECORD_HEAD + bytes;
  store<u32>(record, keys);
  store<u32>(record, missedBlocks, BLOCKS);
  store<u32>(record, 0, ROUND);
  memory.copy(record + RECORD_HEAD, missedKey, bytes);
  store<u32>(freeSlot, missedTag | (((record - RECORDS) >> 4) + 1));
  return keys++;
}

/** Begins a new round: the host has taken the counts. */
export function forgetTouched(): void {
  touched = 0;
  round++;
}

/** Forgets every key. Counts must have been taken. */
export function clear(): void {
  memory.fill(SLOTS, 0, SLOT_BYTES << SLOT_BITS);
  recordsTop = RECORDS;
  keys = 0;
  forgetTouched();
}
