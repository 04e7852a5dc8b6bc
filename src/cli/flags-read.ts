import { createReadStream } from 'node:fs';
import { addAbortSignal, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { framingOf } from '../sources/access-log/framing.ts';
import type { LogScanner, StreamOrigin } from '../sources/access-log/scanner.ts';
import { createStreamFeed } from '../sources/access-log/stream-feed.ts';
import type { TallyStore } from '../sources/access-log/tally.ts';

export interface LogReader {
  readonly scanner: LogScanner;
  readonly tally: TallyStore;
  readonly stdin: NodeJS.ReadableStream;
  /** Ends the reading; what was counted by then stays. */
  readonly signal: AbortSignal;
}

const CHUNK_BYTES = 1 << 20;
/** Every gzip file begins so (RFC 1952). */
const GZIP_MAGIC = [0x1f, 0x8b] as const;

/**
 * Counts one log, compressed or not, framed as on a node or bare: each is known by its first bytes.
 * @param file a path; `-` is stdin
 * @returns what went wrong, for a person; undefined when all of it was read
 */
export async function countLog(reader: LogReader, file: string): Promise<string | undefined> {
  const stream = (file === '-'
    ? reader.stdin
    : createReadStream(file, { highWaterMark: CHUNK_BYTES })) as unknown as Readable;
  try {
    await count(reader, stream);
    return undefined;
  } catch (error) {
    if (reader.signal.aborted) return undefined;
    return problemOf(file === '-' ? 'stdin' : file, error as NodeJS.ErrnoException);
  }
}

async function count(reader: LogReader, stream: Readable): Promise<void> {
  const { signal } = reader;
  addAbortSignal(signal, stream);
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const start = await atLeast(chunks, GZIP_MAGIC.length);
  const whole = behind(start, chunks);
  if (GZIP_MAGIC.every((byte, at) => start[at] === byte))
    await pipeline(whole, createGunzip({ chunkSize: CHUNK_BYTES }), (plain) => feed(reader, plain), { signal });
  else await pipeline(whole, (plain) => feed(reader, plain), { signal });
}

/** The first chunks of a stream as one, until they are long enough or all there are. */
async function atLeast(chunks: AsyncIterator<Buffer>, bytes: number): Promise<Buffer> {
  let start = Buffer.alloc(0);
  while (start.length < bytes) {
    const next = await chunks.next();
    if (next.done === true) break;
    start = Buffer.concat([start, next.value]);
  }
  return start;
}

async function* behind(start: Buffer, chunks: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield start;
  yield* { [Symbol.asyncIterator]: () => chunks };
}

/** The first lines tell how the log is framed: they may come in small pieces. */
async function feed({ scanner, tally, signal }: LogReader, plain: AsyncIterable<Buffer>): Promise<void> {
  const chunks = plain[Symbol.asyncIterator]();
  const start = await atLeast(chunks, 1);
  const origin: StreamOrigin = {
    source: 'files',
    namespace: '',
    pod: '',
    workload: '',
    framing: framingOf(start),
  };
  const stream = createStreamFeed({ scanner, tally, origin });
  try {
    for await (const chunk of behind(start, chunks)) stream.push(chunk);
  } finally {
    // Also where a log breaks off; but not where we do.
    if (!signal.aborted) stream.end();
  }
}

const PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'is a folder; name the files in it, as in FOLDER/*.log',
  EACCES: 'may not be read by this user',
};

function problemOf(name: string, { code = '', message }: NodeJS.ErrnoException): string {
  const known = Object.hasOwn(PROBLEMS, code) ? PROBLEMS[code] : undefined;
  if (known !== undefined) return `${name}: ${known}`;
  if (code.startsWith('Z_')) return `${name}: the compressed data is damaged or cut off; counted up to there`;
  return `${name}: cannot be read: ${message}`;
}
