// Istio's default JSON format (`istio.md` §3.3): one flat object a line without blanks or escapes, ASCII throughout, its
// keys in any order, none twice and none but the default ones. Whatever else may be an access line is declined and goes
// the slow way.

import { append, namesHost } from './bytes';
import { hold, nextKey } from './held-lines';
import {
  ALWAYS_KEY,
  AUTHORITY,
  DOWNSTREAM_LOCAL_ADDRESS,
  NAME_BYTES,
  START_TIME,
  UPSTREAM_CLUSTER,
  addPlace,
  forgetPlaces,
  isNameAt,
  lengthOf,
  placeAt,
  places,
  present,
  setValue,
  valueEnd,
  valueStart,
} from './json-fields';
import { MAX_KEY_BYTES } from './memory';
import { STAMP_BYTES, isStamp } from './time-stamp';
import { BACKSLASHES, BLANKS, NINES, QUOTES, ZEROS } from './vectors';

const COMMA: u8 = 0x2c;
const CLOSING_BRACE: u8 = 0x7d;
const QUOTE: u8 = 0x22;
const NULL: u32 = 0x6c6c756e;
/** A closing brace, then a line break. */
const CLOSE: u16 = 0x0a7d;

/**
 * Holds the line at `body` to be counted, if it is one; a line break ends it. `line` is where its frame begins. Returns
 * what is behind it; 0 when the slow way must look.
 */
export function holdJsonLine(line: u32, body: u32): u32 {
  let close = readValues(body);
  if (close == 0 && learnPlaces(body)) close = readValues(body);
  if (close == 0 || (present & (1 << START_TIME)) == 0) return 0;
  const stamp = valueStart(START_TIME) + 1;
  if (valueEnd(START_TIME) - stamp != STAMP_BYTES + 1 || load<u8>(stamp - 1) != QUOTE || !isStamp(stamp)) return 0;
  const length = makeKey();
  if (length == 0) return 0;
  hold(length, headLength, line, close + 2, stamp);
  return close + 2;
}

/** Of the key last made: its part up to the cluster. */
let headLength: u32 = 0;

/**
 * Notes where each value begins and ends, if the names stand as they are expected, and every value is a string without
 * escapes, null or a whole number. Returns where the closing brace stands; 0 for any other line.
 *
 * What is wrong is told by branches, never by a value that is 0 then: the next place would have to wait for it.
 */
function readValues(line: u32): u32 {
  const quotes = v128.load(QUOTES);
  const backslashes = v128.load(BACKSLASHES);
  const blanks = v128.load(BLANKS);
  let at = line;
  for (let place = placeAt(0), last = placeAt(places); place < last; place += NAME_BYTES) {
    if (!isNameAt(at, place)) return 0;
    const value = at + lengthOf(place);
    at = value;
    if (load<u8>(value) == QUOTE) {
      at++;
      let stops = stopsIn(at, quotes, backslashes, blanks);
      while (stops == 0) {
        at += 32;
        stops = stopsIn(at, quotes, backslashes, blanks);
      }
      at += ctz(stops);
      if (load<u8>(at) != QUOTE) return 0;
      at++;
    } else if (load<u32>(value) == NULL) {
      at += 4;
    } else {
      const digits = digitsAt(value);
      if (digits - 1 > 14 || (digits > 1 && load<u8>(value) == 0x30)) return 0;
      at += digits;
    }
    setValue(place, value, at);
  }
  return at != line && load<u16>(at) == CLOSE ? at : 0;
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

/**
 * Expects names in the order in which they stand in this line from now on: Envoy writes all lines of one listener alike.
 * Values are only stepped over: `readValues` is who judges them. False when there is no such order.
 */
function learnPlaces(line: u32): bool {
  forgetPlaces();
  let at = line;
  do {
    const place = addPlace(at);
    if (place == 0) return false;
    at += lengthOf(place);
    if (load<u8>(at) == QUOTE) {
      do at++;
      while (load<u8>(at) != QUOTE && load<u8>(at) >= 0x20);
      at++;
    } else {
      while (load<u8>(at) != COMMA && load<u8>(at) != CLOSING_BRACE && load<u8>(at) >= 0x20) at++;
    }
  } while (load<u8>(at) == COMMA);
  return true;
}

/**
 * Puts what decides the counter at `nextKey`: which fields there are, and the text of those that matter, in the order of the
 * text format's keys.
 * @returns the key's length; 0 for a cluster without a name, or when the key is too long
 */
// @ts-ignore: decorator
@inline
function makeKey(): u32 {
  const key = nextKey;
  store<u8>(key, 0x6a);
  store<u32>(key, present, 1);
  let to = key + 5;
  for (let field: u32 = 0; field < ALWAYS_KEY; field++) {
    if (field == UPSTREAM_CLUSTER) headLength = to - key;
    to = appendValue(to, field);
    if (to == 0) return 0;
  }
  const cluster = valueStart(UPSTREAM_CLUSTER) + 1;
  let clusterEnd = valueEnd(UPSTREAM_CLUSTER) - 1;
  if ((present & (1 << UPSTREAM_CLUSTER)) == 0 || load<u8>(cluster - 1) != QUOTE) clusterEnd = cluster;
  else if (cluster == clusterEnd) return 0;
  if (clusterEnd != cluster && namesHost(cluster, clusterEnd)) return to - key;
  to = appendValue(to, AUTHORITY);
  if (to == 0) return 0;
  if (clusterEnd == cluster || (clusterEnd - cluster == 1 && load<u8>(cluster) == 0x2d)) {
    to = appendValue(to, DOWNSTREAM_LOCAL_ADDRESS);
    if (to == 0) return 0;
  }
  return to - key;
}

/** Where the next would go; 0 when the key would be too long. A value that is not there is empty. */
// @ts-ignore: decorator
@inline
function appendValue(to: u32, field: u32): u32 {
  if ((present & (1 << field)) == 0) return append(to, to, to);
  const from = valueStart(field);
  const end = valueEnd(field);
  if (to - nextKey + (end - from) > MAX_KEY_BYTES - 32) return 0;
  return append(to, from, end);
}
