// Where the values of JSON lines begin and end, two lines at a time: what comes next in a line is known only when the value
// before it has been read to its end, and while the machine waits for one line it can work on the other.

import { NAME_BYTES, isNameAt, isNameAtBoth, lengthOf, placeAt, places, setValue } from './json-fields';
import { BACKSLASHES, BLANKS, NINES, QUOTES, ZEROS } from './vectors';

export const QUOTE: u8 = 0x22;
const NULL: u32 = 0x6c6c756e;
const ZERO: u8 = 0x30;
/** A closing brace, then a line break. */
const CLOSE: u16 = 0x0a7d;

/** Where the closing braces of the two lines last read stand. */
export let firstClose: u32 = 0;
export let secondClose: u32 = 0;

/**
 * Notes where each value begins and ends, if the names stand as they are expected, and every value is a string without
 * escapes, null or a whole number. Returns where the closing brace stands; 0 for any other line.
 *
 * What is wrong is told by branches, never by a value that is 0 then: the next place would have to wait for it.
 */
export function readValues(line: u32): u32 {
  const quotes = v128.load(QUOTES);
  const backslashes = v128.load(BACKSLASHES);
  const blanks = v128.load(BLANKS);
  let at = line;
  for (let place = placeAt(0), last = placeAt(places); place < last; place += NAME_BYTES) {
    if (!isNameAt(at, place)) return 0;
    const value = at + lengthOf(place);
    at = endOf(value, quotes, backslashes, blanks);
    if (load<u8>(value) == QUOTE) {
      if (load<u8>(at - 1) != QUOTE) return 0;
    } else if (!isLiteral(value, at)) return 0;
    setValue(place, 0, value, at);
  }
  return at != line && load<u16>(at) == CLOSE ? at : 0;
}

/** As `readValues` for two lines. False when one of them is otherwise; then neither has been read. */
export function readTwo(first: u32, second: u32): bool {
  const quotes = v128.load(QUOTES);
  const backslashes = v128.load(BACKSLASHES);
  const blanks = v128.load(BLANKS);
  let one = first;
  let two = second;
  for (let place = placeAt(0), last = placeAt(places); place < last; place += NAME_BYTES) {
    if (!isNameAtBoth(one, two, place)) return false;
    const length = lengthOf(place);
    const firstValue = one + length;
    const secondValue = two + length;
    one = endOf(firstValue, quotes, backslashes, blanks);
    two = endOf(secondValue, quotes, backslashes, blanks);
    if (load<u8>(firstValue) == QUOTE) {
      if (load<u8>(one - 1) != QUOTE) return false;
    } else if (!isLiteral(firstValue, one)) return false;
    if (load<u8>(secondValue) == QUOTE) {
      if (load<u8>(two - 1) != QUOTE) return false;
    } else if (!isLiteral(secondValue, two)) return false;
    setValue(place, 0, firstValue, one);
    setValue(place, 1, secondValue, two);
  }
  firstClose = one;
  secondClose = two;
  return one != first && load<u16>(one) == CLOSE && load<u16>(two) == CLOSE;
}

/** Where a value ends, if it is one: a string when a quote is its last byte, or as `isLiteral` says. */
// @ts-ignore: decorator
@inline
function endOf(value: u32, quotes: v128, backslashes: v128, blanks: v128): u32 {
  if (load<u8>(value) == QUOTE) {
    let at = value + 1;
    let stops = stopsIn(at, quotes, backslashes, blanks);
    while (stops == 0) {
      at += 32;
      stops = stopsIn(at, quotes, backslashes, blanks);
    }
    return at + ctz(stops) + 1;
  }
  return value + (load<u32>(value) == NULL ? 4 : digitsAt(value));
}

/** Whether it is null, or a number of at most fifteen digits in its plainest form. */
// @ts-ignore: decorator
@inline
function isLiteral(value: u32, end: u32): bool {
  if (load<u32>(value) == NULL) return true;
  const digits = end - value;
  return digits - 1 < 15 && (digits == 1 || load<u8>(value) != ZERO);
}

/** One bit for each of 32 bytes that is a quote, a backslash, a control byte or not ASCII. */
// @ts-ignore: decorator
@inline
function stopsIn(at: u32, quotes: v128, backslashes: v128, blanks: v128): u32 {
  const low = v128.load(at);
  const high = v128.load(at, 16);
  const lowStops = v128.or(v128.or(i8x16.eq(low, quotes), i8x16.eq(low, backslashes)), i8x16.lt_s(low, blanks));
  const highStops = v128.or(v128.or(i8x16.eq(high, quotes), i8x16.eq(high, backslashes)), i8x16.lt_s(high, blanks));
  return i8x16.bitmask(lowStops) | (i8x16.bitmask(highStops) << 16);
}

/** How many digits stand at `at`, counted to sixteen. */
// @ts-ignore: decorator
@inline
function digitsAt(at: u32): u32 {
  const others = i8x16.gt_u(i8x16.sub(v128.load(at), v128.load(ZEROS)), v128.load(NINES));
  return <u32>ctz(i8x16.bitmask(others) | 0x10000);
}
