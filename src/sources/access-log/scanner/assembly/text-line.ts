// Istio's default text format since 1.9 (pilot/pkg/model/telemetry_logging.go), in its strict form: exactly fourteen
// quotes, none of them a client's, and ASCII throughout. Whatever else may be an access line is declined and goes the
// slow way.

import { append, copy, marks64, matches64, namesHost, tellsHost } from './bytes';
import { hold, nextKey } from './held-lines';
import { MAX_KEY_BYTES, POSITIONS } from './memory';
import { isStamp } from './time-stamp';
import { BLANKS, DASHES, NINES, QUOTES, ZEROS } from './vectors';

const QUOTE_BLANK: u16 = 0x2022;
const BLANK_QUOTE: u16 = 0x2220;
/** `" "`, with a fourth byte that does not count. */
const BETWEEN: u32 = 0x222022;

/** Address of the n-th quote (or control byte, or byte above ASCII) of the line. */
// @ts-ignore: decorator
@inline
function mark(line: u32, n: u32): u32 {
  return line + load<u32>(POSITIONS + (n << 2));
}

/** Notes where the first fifteen marks are. False when there are fewer before `end`. */
// @ts-ignore: decorator
@inline
function findMarks(line: u32, end: u32): bool {
  const quotes = v128.load(QUOTES);
  const controls = v128.load(BLANKS);
  let found: u32 = 0;
  let block: u32 = 0;
  do {
    let bits = marks64(line + block, quotes, controls);
    const here = <u32>popcnt(bits);
    const to = POSITIONS + (found << 2);
    // Nearly always at most four: written without asking; what is too much is overwritten.
    store<u32>(to, block + <u32>ctz(bits));
    bits &= bits - 1;
    store<u32>(to, block + <u32>ctz(bits), 4);
    bits &= bits - 1;
    store<u32>(to, block + <u32>ctz(bits), 8);
    bits &= bits - 1;
    store<u32>(to, block + <u32>ctz(bits), 12);
    if (here > 4) {
      bits &= bits - 1;
      for (let more: u32 = 4; more < here; more++) {
        store<u32>(to + (more << 2), block + <u32>ctz(bits));
        bits &= bits - 1;
      }
    }
    found += here;
    block += 64;
    if (found >= 15) return true;
  } while (line + block < end);
  return false;
}

/** Four numbers between blanks, ` 0 19 0 - `: the last two may be unset. */
// @ts-ignore: decorator
@inline
function areNumbers(from: u32, end: u32): bool {
  const length = end - from;
  if (length > 32) return false;
  const all: u32 = length == 32 ? 0xffffffff : (1 << length) - 1;
  const low = v128.load(from);
  const high = v128.load(from, 16);
  const blank = v128.load(BLANKS);
  const dash = v128.load(DASHES);
  const blanks = maskOf(i8x16.eq(low, blank), i8x16.eq(high, blank)) & all;
  const digits = maskOf(isDigit(low), isDigit(high)) & all;
  const dashes = maskOf(i8x16.eq(low, dash), i8x16.eq(high, dash)) & all;
  if ((blanks | digits | dashes) != all || popcnt(blanks) != 5) return false;
  if ((blanks & (blanks << 1)) != 0 || (blanks & 1) == 0 || blanks >> (length - 1) == 0) return false;
  // A dash is a word of its own, and not one of the first two.
  const second = blanks & (blanks - 1);
  const third = second & (second - 1);
  return (dashes & ~((blanks << 1) & (blanks >> 1))) == 0 && (dashes & ((third & -third) - 1)) == 0;
}

// @ts-ignore: decorator
@inline
function isDigit(bytes: v128): v128 {
  return i8x16.le_u(i8x16.sub(bytes, v128.load(ZEROS)), v128.load(NINES));
}

// @ts-ignore: decorator
@inline
function maskOf(low: v128, high: v128): u32 {
  return i8x16.bitmask(low) | (i8x16.bitmask(high) << 16);
}

/** Whether the marks are the fourteen quotes of the format and the line's end, with blanks where they belong. */
// @ts-ignore: decorator
@inline
function areQuotesRight(line: u32): bool {
  return (
    load<u8>(mark(line, 14)) == 0x0a &&
    load<u16>(mark(line, 1)) == QUOTE_BLANK &&
    load<u16>(mark(line, 2) - 1) == BLANK_QUOTE &&
    load<u16>(mark(line, 3)) == QUOTE_BLANK &&
    load<u16>(mark(line, 4) - 1) == BLANK_QUOTE &&
    (load<u32>(mark(line, 5)) & 0xffffff) == BETWEEN &&
    (load<u32>(mark(line, 7)) & 0xffffff) == BETWEEN &&
    (load<u32>(mark(line, 9)) & 0xffffff) == BETWEEN &&
    (load<u32>(mark(line, 11)) & 0xffffff) == BETWEEN &&
    load<u16>(mark(line, 13)) == QUOTE_BLANK
  );
}

/**
 * Holds the line at `body` to be counted, if it is one; a line break stands somewhere before `end`. `line` is where its
 * frame begins. Returns what is behind it; 0 when the slow way must look.
 */
export function holdTextLine(line: u32, body: u32, end: u32): u32 {
  if (load<u32>(body, 24) != 0x22205d5a || load<u8>(body) != 0x5b || !isStamp(body + 1)) return 0;
  if (!findMarks(body, end) || !areQuotesRight(body)) return 0;
  if (!areNumbers(mark(body, 3) + 1, mark(body, 4))) return 0;
  const length = makeKey(body);
  if (length == 0) return 0;
  const behind = mark(body, 14) + 1;
  hold(length, headLength, line, behind, body + 1);
  return behind;
}

/** Of the key last made: its part up to the cluster. */
let headLength: u32 = 0;

/**
 * Puts the fields that decide the counter at `nextKey`: the head, code to transport failure as they stand between the quotes,
 * then cluster, route, and where the cluster names no host, authority and downstream local address, each behind a line break.
 * @returns the key's length; 0 when the line's end is not six words or the key is too long
 */
// @ts-ignore: decorator
@inline
function makeKey(line: u32): u32 {
  const blank = v128.load(BLANKS);
  const from = mark(line, 13) + 2;
  const end = mark(line, 14);
  let block: u32 = 0;
  let words: u32 = 1;
  let firstBlank: u32 = 0;
  let lastBlank: u32 = 0;
  let before: u64 = 1;
  let doubled: u64 = 0;
  const length = end - from;
  do {
    let bits = matches64(from + block, blank);
    const left = length - block;
    if (left < 64) bits &= ((<u64>1) << left) - 1;
    doubled |= bits & ((bits << 1) | before);
    before = bits >> 63;
    words += <u32>popcnt(bits);
    if (bits != 0) {
      if (firstBlank == 0) firstBlank = from + block + <u32>ctz(bits);
      lastBlank = from + block + 63 - <u32>clz(bits);
    }
    block += 64;
  } while (block < length);
  if (words != 6 || doubled != 0 || lastBlank + 1 == end) return 0;
  const head = mark(line, 1) + 2;
  headLength = 1 + mark(line, 3) - head;
  if (headLength + length > MAX_KEY_BYTES - 512) return 0;
  const key = nextKey;
  store<u8>(key, 0x74);
  copy(key + 1, head, headLength - 1);
  let to = key + headLength;
  if (isDefined(WITH_UPSTREAM_HOSTS)) {
    to = appendHost(line, to, from, firstBlank);
    if (to == 0) return 0;
  }
  to = append(to, from, firstBlank);
  to = append(to, lastBlank + 1, end);
  // `outbound|…|…|host`: any bar but the last byte's means a host is named.
  const last = load<u8>(firstBlank - 1);
  if (load<u8>(from, 8) == 0x7c && firstBlank - from > 9 && last != 0x7c && last != 0x3b) return to - key;
  to = appendUnnamed(line, to, from, firstBlank);
  return to == 0 ? 0 : to - key;
}

/** Where the cluster tells it, else nothing behind the line break. */
function appendHost(line: u32, to: u32, cluster: u32, clusterEnd: u32): u32 {
  if (!tellsHost(cluster, clusterEnd)) return append(to, to, to);
  const host = mark(line, 12) + 1;
  const hostEnd = mark(line, 13);
  return hostEnd - host > 128 ? 0 : append(to, host, hostEnd);
}

function appendUnnamed(line: u32, to: u32, cluster: u32, clusterEnd: u32): u32 {
  if (!namesHost(cluster, clusterEnd)) {
    const authority = mark(line, 10) + 1;
    const authorityEnd = mark(line, 11);
    if (authorityEnd == authority || authorityEnd - authority > 256) return 0;
    to = append(to, authority, authorityEnd);
  }
  if (clusterEnd - cluster == 1 && load<u8>(cluster) == 0x2d) {
    let at = cluster + 2;
    while (load<u8>(at) != 0x20) at++;
    const local = at + 1;
    at = local;
    while (load<u8>(at) != 0x20) at++;
    if (at - local > 128) return 0;
    to = append(to, local, at);
  }
  return to;
}
