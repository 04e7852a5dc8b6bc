import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** Every gzip file begins so (RFC 1952). */
const GZIP_MAGIC = [0x1f, 0x8b] as const;

/**
 * A text as it is, or unpacked where its first bytes say that it is gzip.
 * @throws what the stream throws; `Z_…` where what is packed is damaged
 */
export async function* unzipped(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const chunks = stream[Symbol.asyncIterator]();
  let start = Buffer.alloc(0);
  while (start.length < GZIP_MAGIC.length) {
    const next = await chunks.next();
    if (next.done === true) break;
    start = Buffer.concat([start, next.value]);
  }
  const whole = behind(start, chunks);
  if (GZIP_MAGIC.every((byte, at) => start[at] === byte)) yield* gunzipped(whole);
  else yield* whole;
}

async function* behind(start: Buffer, chunks: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield start;
  yield* { [Symbol.asyncIterator]: () => chunks };
}

async function* gunzipped(packed: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const source = Readable.from(packed);
  const unpacker = createGunzip();
  source.once('error', (error) => unpacker.destroy(error));
  try {
    yield* source.pipe(unpacker) as AsyncIterable<Buffer>;
  } finally {
    source.destroy();
  }
}
