// Istio's default JSON format (`istio.md` §3.3): one flat object a line without blanks or escapes, ASCII throughout, its
// keys in any order, none twice and none but the default ones. Whatever else may be an access line is declined and goes
// the slow way.

import { append, namesHost } from './bytes';
import { hold, nextKey } from './held-lines';
import {
  ALWAYS_KEY,
  AUTHORITY,
  DOWNSTREAM_LOCAL_ADDRESS,
  FIELD_COUNT,
  START_TIME,
  UPSTREAM_CLUSTER,
  fieldOf,
  lengthOf,
  nameAt,
} from './json-fields';
import { MAX_KEY_BYTES, VALUES } from './memory';
import { STAMP_BYTES, isStamp } from './time-stamp';

const COMMA: u8 = 0x2c;
const CLOSE: u8 = 0x7d;
const QUOTE: u8 = 0x22;
const NULL: u32 = 0x6c6c756e;

/** Behind the line last read to its end. */
let behind: u32 = 0;

/**
 * Holds the line at `body` to be counted, if it is one; a line break ends it. `line` is where its frame begins. Returns
 * what is behind it; 0 when the slow way must look.
 */
export function holdJsonLine(line: u32, body: u32): u32 {
  const present = readFields(body);
  if ((present & (1 << START_TIME)) == 0) return 0;
  const stamp = valueStart(START_TIME) + 1;
  if (valueEnd(START_TIME) - stamp != STAMP_BYTES + 1 || load<u8>(stamp - 1) != QUOTE || !isStamp(stamp)) return 0;
  const length = makeKey(present);
  if (length == 0) return 0;
  hold(length, line, behind, stamp);
  return behind;
}

/** Notes where each value begins and ends. Returns one bit for each field that is there; 0 for a line not understood. */
// @ts-ignore: decorator
@inline
function readFields(line: u32): u32 {
  let present: u32 = 0;
  let at = line + 1;
  for (let place: u32 = 0; place < FIELD_COUNT; place++) {
    const name = nameAt(at, place);
    if (name == 0) return 0;
    const field = fieldOf(name);
    if ((present & (1 << field)) != 0) return 0;
    present |= 1 << field;
    const value = at + lengthOf(name);
    const end = load<u8>(value) == QUOTE ? endOfString(value + 1) : endOfLiteral(value);
    if (end == 0) return 0;
    store<u32>(VALUES + (field << 3), value);
    store<u32>(VALUES + (field << 3), end, 4);
    at = end + 1;
    const next = load<u8>(end);
    if (next == COMMA) continue;
    if (next != CLOSE || load<u8>(at) != 0x0a) return 0;
    behind = at + 1;
    return present;
  }
  return 0;
}

// @ts-ignore: decorator
@inline
function valueStart(field: u32): u32 {
  return load<u32>(VALUES + (field << 3));
}

// @ts-ignore: decorator
@inline
function valueEnd(field: u32): u32 {
  return load<u32>(VALUES + (field << 3), 4);
}

/** Behind the quote that ends a string; 0 when a backslash, a control byte or one above ASCII comes first. */
// @ts-ignore: decorator
@inline
function endOfString(at: u32): u32 {
  while (true) {
    const stops = stopsIn(at) | (stopsIn(at + 16) << 16);
    if (stops != 0) {
      at += ctz(stops);
      return load<u8>(at) == QUOTE ? at + 1 : 0;
    }
    at += 32;
  }
}

// @ts-ignore: decorator
@inline
function stopsIn(at: u32): u32 {
  const bytes = v128.load(at);
  const quoteOrBackslash = v128.or(i8x16.eq(bytes, i8x16.splat(0x22)), i8x16.eq(bytes, i8x16.splat(0x5c)));
  return i8x16.bitmask(v128.or(quoteOrBackslash, i8x16.lt_s(bytes, i8x16.splat(0x20))));
}

/** Behind a `null` or a whole number of at most fifteen digits; 0 for any other value. */
// @ts-ignore: decorator
@inline
function endOfLiteral(at: u32): u32 {
  if (load<u32>(at) == NULL) return at + 4;
  const bytes = i8x16.sub(v128.load(at), i8x16.splat(0x30));
  const digits = <u32>ctz(i8x16.bitmask(i8x16.ge_u(bytes, i8x16.splat(10))) | 0x10000);
  if (digits == 0 || digits > 15 || (digits > 1 && load<u8>(at) == 0x30)) return 0;
  return at + digits;
}

/**
 * Puts what decides the counter at `nextKey`: which fields there are, and the text of those that matter.
 * @returns the key's length; 0 for a cluster without a name, or when the key is too long
 */
// @ts-ignore: decorator
@inline
function makeKey(present: u32): u32 {
  const key = nextKey;
  store<u8>(key, 0x6a);
  store<u32>(key, present, 1);
  let to = key + 5;
  for (let field: u32 = 0; field < ALWAYS_KEY; field++) {
    to = appendValue(to, field, present);
    if (to == 0) return 0;
  }
  let cluster = valueStart(UPSTREAM_CLUSTER) + 1;
  let clusterEnd = valueEnd(UPSTREAM_CLUSTER) - 1;
  if ((present & (1 << UPSTREAM_CLUSTER)) == 0 || load<u8>(cluster - 1) != QUOTE) clusterEnd = cluster;
  else if (cluster == clusterEnd) return 0;
  if (clusterEnd != cluster && namesHost(cluster, clusterEnd)) return to - key;
  to = appendValue(to, AUTHORITY, present);
  if (to == 0) return 0;
  if (clusterEnd == cluster || (clusterEnd - cluster == 1 && load<u8>(cluster) == 0x2d)) {
    to = appendValue(to, DOWNSTREAM_LOCAL_ADDRESS, present);
    if (to == 0) return 0;
  }
  return to - key;
}

/** Where the next would go; 0 when the key would be too long. A value that is not there is empty. */
// @ts-ignore: decorator
@inline
function appendValue(to: u32, field: u32, present: u32): u32 {
  if ((present & (1 << field)) == 0) return append(to, to, to);
  const from = valueStart(field);
  const end = valueEnd(field);
  if (to - nextKey + (end - from) > MAX_KEY_BYTES - 32) return 0;
  return append(to, from, end);
}
