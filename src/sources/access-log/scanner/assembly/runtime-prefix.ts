// `TIME stdout F `: how a container runtime frames a whole line on a node (CRI log format; Kubernetes, "CRI: Log
// management for container stdout/stderr streams").

import { matches64 } from './bytes';
import { isRuntimeStamp } from './time-stamp';
import { BLANKS } from './vectors';

/** Where the container's own line begins; 0 for a partial line, further tags, and anything unusual. */
// @ts-ignore: decorator
@inline
export function skipPrefix(line: u32): u32 {
  const bits = matches64(line, v128.load(BLANKS));
  const blank = line + <u32>ctz(bits);
  // `stdout F ` or `stderr F `: `std`, then `out` or `err`, then blank, F, blank.
  const stream = load<u64>(blank, 1);
  const isOut = (stream & 0xffffffffffffff) == 0x2074756f647473;
  const isErr = (stream & 0xffffffffffffff) == 0x20727265647473;
  if (!(isOut || isErr) || load<u16>(blank, 8) != 0x2046) return 0;
  return isRuntimeStamp(line, blank) ? blank + 10 : 0;
}
