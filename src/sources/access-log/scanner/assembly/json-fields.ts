// The default keys, numbered. The host writes their names (`"authority":`, quotes and colon included) before the first
// scan, so that they stand in one place only: `json-fields.ts` beside this folder has the same order.

import { NAMES, PLACES } from './memory';

/** Fields below this one decide the counter, always. */
export const ALWAYS_KEY: u32 = 7;
export const UPSTREAM_CLUSTER: u32 = 5;
/** Decides only where the cluster names no host. */
export const AUTHORITY: u32 = 7;
/** Decides only where there is no cluster. */
export const DOWNSTREAM_LOCAL_ADDRESS: u32 = 8;
export const START_TIME: u32 = 9;
export const FIELD_COUNT: u32 = 24;

/**
 * A name as the host writes it: 48 bytes of text, quotes and colon included, then 48 of mask, then two u32: its length
 * and its field.
 */
const NAME_BYTES: u32 = 128;
const MASK: usize = 48;
const LENGTH: usize = 96;
const FIELD: usize = 100;

/**
 * The name that stands at `at`, or 0. Envoy writes all lines in one order, which need not be known beforehand: what
 * stood at this place in the last line is tried first.
 */
// @ts-ignore: decorator
@inline
export function nameAt(at: u32, place: u32): u32 {
  const expected = PLACES + place * NAME_BYTES;
  return isNameAt(at, expected) ? expected : searchName(at, expected);
}

// @ts-ignore: decorator
@inline
export function lengthOf(name: u32): u32 {
  return load<u32>(name, LENGTH);
}

// @ts-ignore: decorator
@inline
export function fieldOf(name: u32): u32 {
  return load<u32>(name, FIELD);
}

// @ts-ignore: decorator
@inline
function isNameAt(at: u32, name: u32): bool {
  const first = v128.and(v128.xor(v128.load(at), v128.load(name)), v128.load(name, MASK));
  const second = v128.and(v128.xor(v128.load(at, 16), v128.load(name, 16)), v128.load(name, MASK + 16));
  if (v128.any_true(v128.or(first, second))) return false;
  if (lengthOf(name) <= 32) return true;
  return !v128.any_true(v128.and(v128.xor(v128.load(at, 32), v128.load(name, 32)), v128.load(name, MASK + 32)));
}

/** Looks through all names, and expects the one found at this place from now on. */
function searchName(at: u32, expected: u32): u32 {
  for (let name = NAMES, end = NAMES + FIELD_COUNT * NAME_BYTES; name < end; name += NAME_BYTES) {
    if (isNameAt(at, name)) {
      memory.copy(expected, name, NAME_BYTES);
      return expected;
    }
  }
  return 0;
}
