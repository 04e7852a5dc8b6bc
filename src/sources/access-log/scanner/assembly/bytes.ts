// Small searches, sixteen or sixty-four bytes at a time.

/**
 * One bit for each of 64 bytes that is a quote, a control byte or not ASCII, the first byte in the lowest bit. Compared
 * as signed numbers, bytes above ASCII are below blank: one comparison finds both.
 */
// @ts-ignore: decorator
@inline
export function marks64(at: u32, quotes: v128, blanks: v128): u64 {
  return (
    <u64>isMark(v128.load(at), quotes, blanks) |
    (<u64>isMark(v128.load(at, 16), quotes, blanks) << 16) |
    (<u64>isMark(v128.load(at, 32), quotes, blanks) << 32) |
    (<u64>isMark(v128.load(at, 48), quotes, blanks) << 48)
  );
}

// @ts-ignore: decorator
@inline
function isMark(bytes: v128, quotes: v128, blanks: v128): u32 {
  return i8x16.bitmask(v128.or(i8x16.eq(bytes, quotes), i8x16.lt_s(bytes, blanks)));
}

/** One bit for each of 64 bytes that equals the one in `wanted`. */
// @ts-ignore: decorator
@inline
export function matches64(at: u32, wanted: v128): u64 {
  return (
    <u64>(<u32>i8x16.bitmask(i8x16.eq(v128.load(at), wanted))) |
    (<u64>(<u32>i8x16.bitmask(i8x16.eq(v128.load(at, 16), wanted))) << 16) |
    (<u64>(<u32>i8x16.bitmask(i8x16.eq(v128.load(at, 32), wanted))) << 32) |
    (<u64>(<u32>i8x16.bitmask(i8x16.eq(v128.load(at, 48), wanted))) << 48)
  );
}

/** Copies whole vectors: up to fifteen bytes behind `to + length` are overwritten. */
// @ts-ignore: decorator
@inline
export function copy(to: u32, from: u32, length: u32): void {
  let done: u32 = 0;
  do {
    v128.store(to + done, v128.load(from + done));
    done += 16;
  } while (done < length);
}

/** A line break, which no field holds, then the bytes. Returns where the next would go. */
// @ts-ignore: decorator
@inline
export function append(to: u32, from: u32, end: u32): u32 {
  store<u8>(to, 0x0a);
  copy(to + 1, from, end - from);
  return to + 1 + (end - from);
}

/** Whether a cluster names a host: `namesHost` in raw-request.ts is the same rule in words. */
export function namesHost(from: u32, end: u32): bool {
  if (load<u8>(end - 1) == 0x3b) end--;
  if (end == from || load<u8>(end - 1) == 0x7c) return false;
  for (let at = from; at < end; at++) if (load<u8>(at) == 0x7c) return true;
  return false;
}

/** Whether a cluster is `outbound|…` and names a host: `tellsUpstreamHost` in raw-request.ts is the same rule in words. */
export function tellsHost(from: u32, end: u32): bool {
  // `outbound` and the bar behind it.
  return end - from > 9 && load<u64>(from) == 0x646e756f6274756f && load<u8>(from, 8) == 0x7c && namesHost(from, end);
}
