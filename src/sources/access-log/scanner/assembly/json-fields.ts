// The default keys, numbered, and the order in which they stand. The host writes their names (`,"authority":`) before the
// first scan, so that they stand in one place only: `json-fields.ts` beside this folder has the same order.

import { ENTRIES, NAMES, PLACES } from './memory';

/** Fields below this one decide the counter, always. */
export const ALWAYS_KEY: u32 = 7;
export const UPSTREAM_CLUSTER: u32 = 5;
/** Decides only where the cluster names no host. */
export const AUTHORITY: u32 = 7;
/** Decides only where there is no cluster. */
export const DOWNSTREAM_LOCAL_ADDRESS: u32 = 8;
export const START_TIME: u32 = 9;
/** Decides only where it is asked for, and where the cluster tells it. */
export const UPSTREAM_HOST: u32 = 19;
export const FIELD_COUNT: u32 = 24;

/**
 * A name as the host writes it: 48 bytes of text, comma, quotes and colon included, then 48 of mask, then its length and
 * its field. A place is a copy of the name that stands there, and behind it where its value begins and ends, of two lines.
 */
export const NAME_BYTES: u32 = 128;
const MASK: usize = 48;
const LENGTH: usize = 96;
const FIELD: usize = 100;
const VALUE: usize = 104;
const END: usize = 108;

const OPEN: u8 = 0x7b;

/** How many places are known, in the order in which Envoy last wrote them, and one bit for each field among them. */
export let places: u32 = 0;
export let present: u32 = 0;

export function forgetPlaces(): void {
  places = 0;
  present = 0;
  memory.fill(ENTRIES, 0, FIELD_COUNT << 2);
}

// @ts-ignore: decorator
@inline
export function placeAt(index: u32): u32 {
  return PLACES + index * NAME_BYTES;
}

/** Takes the name that stands at `at` for the next place. 0 when it is none of the default ones, or stands there twice. */
export function addPlace(at: u32): u32 {
  if (places == FIELD_COUNT) return 0;
  const place = placeAt(places);
  for (let name = NAMES, end = NAMES + FIELD_COUNT * NAME_BYTES; name < end; name += NAME_BYTES) {
    memory.copy(place, name, NAME_BYTES);
    if (places == 0) store<u8>(place, OPEN);
    if (!isNameAt(at, place)) continue;
    const field = load<u32>(place, FIELD);
    if ((present & (1 << field)) != 0) return 0;
    present |= 1 << field;
    store<u32>(ENTRIES + (field << 2), place);
    places++;
    return place;
  }
  return 0;
}

/** Whether the name of this place stands at `at`, with the comma before it. */
// @ts-ignore: decorator
@inline
export function isNameAt(at: u32, place: u32): bool {
  const same = matches(at, place) | (matches(at + 16, place + 16) << 16);
  const wanted = load<u32>(place, MASK);
  if ((same & wanted) != wanted) return false;
  if (lengthOf(place) <= 32) return true;
  const more = load<u32>(place, MASK + 4);
  return (matches(at + 32, place + 32) & more) == more;
}

/** As `isNameAt` for two addresses. */
// @ts-ignore: decorator
@inline
export function isNameAtBoth(one: u32, two: u32, place: u32): bool {
  const same = matchesBoth(one, two, place) | (matchesBoth(one + 16, two + 16, place + 16) << 16);
  const wanted = load<u32>(place, MASK);
  if ((same & wanted) != wanted) return false;
  if (lengthOf(place) <= 32) return true;
  const more = load<u32>(place, MASK + 4);
  return (matchesBoth(one + 32, two + 32, place + 32) & more) == more;
}

// @ts-ignore: decorator
@inline
function matchesBoth(one: u32, two: u32, text: u32): u32 {
  const wanted = v128.load(text);
  return i8x16.bitmask(v128.and(i8x16.eq(v128.load(one), wanted), i8x16.eq(v128.load(two), wanted)));
}

// @ts-ignore: decorator
@inline
function matches(at: u32, text: u32): u32 {
  return i8x16.bitmask(i8x16.eq(v128.load(at), v128.load(text)));
}

// @ts-ignore: decorator
@inline
export function lengthOf(place: u32): u32 {
  return load<u32>(place, LENGTH);
}

/** @param nth of two lines, 0 or 1 */
// @ts-ignore: decorator
@inline
export function setValue(place: u32, nth: u32, value: u32, end: u32): void {
  store<u32>(place + (nth << 3), value, VALUE);
  store<u32>(place + (nth << 3), end, END);
}

/** Where the field's value begins and ends in the line last read. Only for a field that is there. */
// @ts-ignore: decorator
@inline
export function valueStart(field: u32, nth: u32): u32 {
  return load<u32>(load<u32>(ENTRIES + (field << 2)) + (nth << 3), VALUE);
}

// @ts-ignore: decorator
@inline
export function valueEnd(field: u32, nth: u32): u32 {
  return load<u32>(load<u32>(ENTRIES + (field << 2)) + (nth << 3), END);
}
