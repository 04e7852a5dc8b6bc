// Istio's default JSON format (pilot/pkg/model/telemetry_logging.go): one flat object a line without blanks or escapes,
// ASCII throughout, its keys in any order, none twice and none but the default ones. Whatever else may be an access
// line is declined and goes the slow way.

import { append, matches64, namesHost, tellsHost } from './bytes';
import { hold, isNearlyFull, nextKey } from './held-lines';
import {
  ALWAYS_KEY,
  AUTHORITY,
  DOWNSTREAM_LOCAL_ADDRESS,
  START_TIME,
  UPSTREAM_CLUSTER,
  UPSTREAM_HOST,
  addPlace,
  forgetPlaces,
  lengthOf,
  present,
  valueEnd,
  valueStart,
} from './json-fields';
import { QUOTE, firstClose, readTwo, readValues, secondClose } from './json-values';
import { MAX_KEY_BYTES } from './memory';
import { skipPrefix } from './runtime-prefix';
import { STAMP_BYTES, isStamp } from './time-stamp';
import { BREAKS } from './vectors';

const COMMA: u8 = 0x2c;
const CLOSING_BRACE: u8 = 0x7d;

/**
 * Holds the line at `body` to be counted, if it is one, and when it can the line behind it too; a line break stands before
 * `end`. `line` is where its frame begins. Returns what is behind what it holds; 0 when the slow way must look.
 */
export function holdJsonLines(line: u32, body: u32, end: u32, framed: bool): u32 {
  const next = behindLine(body);
  if (next < end && !isNearlyFull()) {
    const second = framed ? skipPrefix(next) : next;
    if (second != 0 && readTwo(body, second)) {
      const behind = holdRead(line, 0, firstClose);
      // If only the second line is to be declined, it is when its turn comes.
      return behind == 0 ? 0 : holdRead(next, 1, secondClose) || behind;
    }
  }
  let close = readValues(body);
  if (close == 0 && learnPlaces(body)) close = readValues(body);
  return close == 0 ? 0 : holdRead(line, 0, close);
}

/** Holds a line whose values are noted as those of the first or the second line. */
function holdRead(line: u32, nth: u32, close: u32): u32 {
  if ((present & (1 << START_TIME)) == 0) return 0;
  const stamp = valueStart(START_TIME, nth) + 1;
  if (valueEnd(START_TIME, nth) - stamp != STAMP_BYTES + 1 || load<u8>(stamp - 1) != QUOTE || !isStamp(stamp)) return 0;
  const length = makeKey(nth);
  if (length == 0) return 0;
  hold(length, headLength, line, close + 2, stamp);
  return close + 2;
}

/** Behind the line break that comes next. */
// @ts-ignore: decorator
@inline
function behindLine(at: u32): u32 {
  const breaks = v128.load(BREAKS);
  let found = matches64(at, breaks);
  while (found == 0) {
    at += 64;
    found = matches64(at, breaks);
  }
  return at + <u32>ctz(found) + 1;
}

/** Of the key last made: its part up to the cluster. */
let headLength: u32 = 0;

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
function makeKey(nth: u32): u32 {
  const key = nextKey;
  store<u8>(key, 0x6a);
  store<u32>(key, present, 1);
  let to = key + 5;
  for (let field: u32 = 0; field < ALWAYS_KEY; field++) {
    if (field == UPSTREAM_CLUSTER) {
      headLength = to - key;
      if (isDefined(WITH_UPSTREAM_HOSTS)) {
        to = appendHost(to, nth);
        if (to == 0) return 0;
      }
    }
    to = appendValue(to, field, nth);
    if (to == 0) return 0;
  }
  const cluster = valueStart(UPSTREAM_CLUSTER, nth) + 1;
  let clusterEnd = valueEnd(UPSTREAM_CLUSTER, nth) - 1;
  if ((present & (1 << UPSTREAM_CLUSTER)) == 0 || load<u8>(cluster - 1) != QUOTE) clusterEnd = cluster;
  else if (cluster == clusterEnd) return 0;
  if (clusterEnd != cluster && namesHost(cluster, clusterEnd)) return to - key;
  to = appendValue(to, AUTHORITY, nth);
  if (to == 0) return 0;
  if (clusterEnd == cluster || (clusterEnd - cluster == 1 && load<u8>(cluster) == 0x2d)) {
    to = appendValue(to, DOWNSTREAM_LOCAL_ADDRESS, nth);
    if (to == 0) return 0;
  }
  return to - key;
}

/** Where the cluster tells it, else nothing behind the line break. */
function appendHost(to: u32, nth: u32): u32 {
  if ((present & (1 << UPSTREAM_CLUSTER)) == 0) return append(to, to, to);
  const cluster = valueStart(UPSTREAM_CLUSTER, nth);
  const isTold = load<u8>(cluster) == QUOTE && tellsHost(cluster + 1, valueEnd(UPSTREAM_CLUSTER, nth) - 1);
  return isTold ? appendValue(to, UPSTREAM_HOST, nth) : append(to, to, to);
}

/** Where the next would go; 0 when the key would be too long. A value that is not there is empty. */
// @ts-ignore: decorator
@inline
function appendValue(to: u32, field: u32, nth: u32): u32 {
  if ((present & (1 << field)) == 0) return append(to, to, to);
  const from = valueStart(field, nth);
  const end = valueEnd(field, nth);
  if (to - nextKey + (end - from) > MAX_KEY_BYTES - 32) return 0;
  return append(to, from, end);
}
