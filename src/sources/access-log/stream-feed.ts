import { readFrame } from './cri.ts';
import type { LogScanner, StreamOrigin, Tally } from './scanner.ts';

/** Feeds a scanner from a stream that cannot be read a second time: a pipe, an answer of a server, a compressed file. */
export interface StreamFeed {
  /** Counts every line that is whole by now. */
  push(chunk: Uint8Array): void;
  /** Counts what is left: the last line may lack its break, and a partial one its end. */
  end(): void;
}

export interface StreamFeedOptions {
  readonly scanner: LogScanner;
  readonly tally: Tally;
  readonly origin: StreamOrigin;
}

const NOTHING = Buffer.alloc(0);
const LINE_BREAK = Buffer.from('\n');

/** Memory stays at the scanner's room, whatever comes: a line without an end is counted as dropped when it fills it. */
export function createStreamFeed({ scanner, tally, origin }: StreamFeedOptions): StreamFeed {
  /** Given to the scanner and not consumed: the beginning of a line. */
  let rest: Uint8Array = NOTHING;
  const push = (chunk: Uint8Array): void => {
    for (let at = 0; at < chunk.length; ) {
      const room = scanner.room();
      const piece = chunk.subarray(at, at + room.length - rest.length);
      room.set(rest);
      room.set(piece, rest.length);
      const consumed = scanner.scan(origin, rest.length + piece.length);
      rest = behind(rest, piece, consumed);
      at += piece.length;
    }
    // A part of the chunk must not keep the whole of it.
    rest = Buffer.from(rest);
  };
  return {
    push,
    end: () => {
      if (rest.length === 0) return;
      push(LINE_BREAK);
      if (rest.length > 0 && origin.framing === 'cri') push(endsOf(rest));
      if (rest.length > 0) tally.lines(origin, 'unparsed', 1);
      rest = NOTHING;
    },
  };
}

/** What is left of two pieces, one behind the other, without their first `consumed` bytes. */
function behind(one: Uint8Array, other: Uint8Array, consumed: number): Uint8Array {
  if (consumed >= one.length) return other.subarray(consumed - one.length);
  return Buffer.concat([one.subarray(consumed), other]);
}

/** Frames that end every partial line which waits for its end: what stands behind such a line waits with it. */
function endsOf(waiting: Uint8Array): Buffer {
  const partial = new Map<string, boolean>();
  let time = '';
  for (const line of Buffer.from(waiting).toString('utf8').split('\n')) {
    const frame = readFrame(line);
    if (frame === undefined) continue;
    partial.set(frame.stream, frame.partial);
    time = line.slice(0, line.indexOf(' '));
  }
  const open = [...partial].filter(([, isPartial]) => isPartial);
  return Buffer.from(open.map(([stream]) => `${time} ${stream} F \n`).join(''));
}
