// START_TIME as Envoy writes it by default: `2026-08-01T09:14:03.512Z`, 24 bytes, UTC. Any other form is declined.

import { MINUTES, NEWEST } from './memory';

export const STAMP_BYTES: u32 = 24;

/** Whether a newest stamp was noted since `forgetNewest`. */
export let hasNewest: u32 = 0;

export function forgetNewest(): void {
  hasNewest = 0;
}

/** Whether the 24 bytes are a time that exists. */
// @ts-ignore: decorator
@inline
export function isStamp(at: u32): bool {
  // `:SS.mmmZ`: with 6 added, a digit's upper half is still 3; with 10 added, only that of 0 to 5 is.
  const tail = load<u64>(at, 16);
  if ((tail & 0xfff0f0f0fff0f0ff) != 0x5a3030302e30303a) return false;
  if (((tail + 0x0006060600060a00) & 0x00f0f0f000f0f000) != 0x0030303000303000) return false;
  return isMinute(at, MINUTES);
}

/** `2026-11-21T02:56:07.387682Z`: as a node's runtime stamps lines, one to nine digits behind the second, UTC. */
// @ts-ignore: decorator
@inline
export function isRuntimeStamp(at: u32, end: u32): bool {
  const length = end - at;
  if (length < 22 || length > 30 || load<u8>(end - 1) != 0x5a) return false;
  const second = load<u32>(at, 16);
  if ((second & 0xfff0f0ff) != 0x2e30303a || ((second + 0x00060a00) & 0x00f0f000) != 0x00303000) return false;
  const fraction = i8x16.sub(v128.load(at, 20), i8x16.splat(0x30));
  return <u32>ctz(i8x16.bitmask(i8x16.ge_u(fraction, i8x16.splat(10)))) == length - 21 && isMinute(at, MINUTES + 16);
}

/** Whether `YYYY-MM-DDTHH:MM` is right. The next line is nearly always of the same minute: that one is kept. */
// @ts-ignore: decorator
@inline
function isMinute(at: u32, last: u32): bool {
  return i8x16.all_true(i8x16.eq(v128.load(at), v128.load(last))) || isOtherMinute(at, last);
}

/** Notes a stamp of which `isStamp` is true, if it is the newest. Digits of one length sort as text. */
// @ts-ignore: decorator
@inline
export function noteStamp(at: u32): void {
  if (hasNewest == 0 || isNewer(at)) keep(at);
}

// @ts-ignore: decorator
@inline
function isNewer(at: u32): bool {
  let differ = ~i8x16.bitmask(i8x16.eq(v128.load(at), v128.load(NEWEST))) & 0xffff;
  if (differ == 0) {
    at += 8;
    differ = ~i8x16.bitmask(i8x16.eq(v128.load(at), v128.load(NEWEST + 8))) & 0xffff;
    if (differ == 0) return false;
    const index = ctz(differ);
    return load<u8>(at + index) > load<u8>(NEWEST + 8 + index);
  }
  const index = ctz(differ);
  return load<u8>(at + index) > load<u8>(NEWEST + index);
}

function keep(at: u32): void {
  hasNewest = 1;
  v128.store(NEWEST, v128.load(at));
  v128.store(NEWEST + 8, v128.load(at + 8));
}

/** The slow check of a minute not seen on the line before. */
function isOtherMinute(at: u32, last: u32): bool {
  if (load<u8>(at, 4) != 0x2d || load<u8>(at, 7) != 0x2d || load<u8>(at, 10) != 0x54 || load<u8>(at, 13) != 0x3a) {
    return false;
  }
  const century = twoDigits(at);
  const year = twoDigits(at + 2);
  const month = twoDigits(at + 5);
  const day = twoDigits(at + 8);
  // Before the year 100 calendars in JavaScript count from 1900: the slow way may say what a leap year is.
  if (century < 1 || year < 0 || month < 1 || month > 12 || day < 1) return false;
  if (<u32>twoDigits(at + 11) > 23 || <u32>twoDigits(at + 14) > 59) return false;
  if (day > daysOf(month, century * 100 + year)) return false;
  v128.store(last, v128.load(at));
  return true;
}

function twoDigits(at: u32): i32 {
  const tens = <u32>load<u8>(at) - 0x30;
  const ones = <u32>load<u8>(at, 1) - 0x30;
  return tens > 9 || ones > 9 ? -1 : tens * 10 + ones;
}

function daysOf(month: i32, year: i32): i32 {
  if (month == 2) return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}
