import { promisify } from 'node:util';
import { constants, crc32, deflateRaw, type ZlibOptions } from 'node:zlib';
import pLimit from 'p-limit';
import { makeOnce } from '../../model/make-once.ts';

type Deflate = (part: Buffer, options: ZlibOptions) => Promise<Buffer>;
const deflateInThread: Deflate = promisify(deflateRaw);
/** Packed in threads of their own, of which there are four for all that the process does. */
const AT_ONCE = 3;
/** RFC 1952: deflated, no name, no time, no system. */
const HEAD: Buffer = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
/** RFC 1951: a last block, with nothing in it. */
const LAST_BLOCK: readonly number[] = [3, 0];

/**
 * Packs texts of which most parts are the same objects as last time: each part is packed once for as long as it lives,
 * and anew where that failed.
 * The parts of one gzip file come out, which any reader takes: each ends at a whole byte, and looks back at no other.
 */
export function createPacker(
  deflate: Deflate = deflateInThread,
): (parts: readonly Buffer[]) => Promise<readonly Buffer[]> {
  const packed = new WeakMap<Buffer, Promise<Buffer>>();
  const limit = pLimit(AT_ONCE);
  const pack = (part: Buffer): Promise<Buffer> => {
    // Level 1 is a third of the default's time for nearly the same size.
    const options = { level: constants.Z_BEST_SPEED, finishFlush: constants.Z_FULL_FLUSH };
    return makeOnce(packed, part, () => limit(() => deflate(part, options)));
  };
  return async (parts) => [HEAD, ...(await Promise.all(parts.map(pack))), endOf(parts)];
}

/** The last block, the checksum of all, and its length. */
function endOf(parts: readonly Buffer[]): Buffer {
  const end = Buffer.alloc(LAST_BLOCK.length + 8);
  end.set(LAST_BLOCK);
  let sum = 0;
  let bytes = 0;
  for (const part of parts) {
    sum = crc32(part, sum);
    bytes += part.length;
  }
  end.writeUInt32LE(sum, LAST_BLOCK.length);
  end.writeUInt32LE(bytes % 2 ** 32, LAST_BLOCK.length + 4);
  return end;
}
