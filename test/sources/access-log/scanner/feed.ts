import type { LogScanner, StreamOrigin } from '../../../../src/sources/access-log/scanner.ts';

/** Both scanners get the same: what is longer than the room is dropped. */
const ROOM_BYTES = 1 << 20;

/**
 * Gives a scanner a log in pieces as a reader of a growing file does: what was not consumed is given again with more
 * behind it, until the room is full. Returns the bytes consumed in the end.
 */
export function feed(scanner: LogScanner, origin: StreamOrigin, log: Uint8Array, pieceOf: () => number): number {
  let offset = 0;
  let known = 0;
  while (known < log.length) {
    known = Math.min(log.length, known + pieceOf());
    for (;;) {
      const room = scanner.room(ROOM_BYTES);
      const piece = log.subarray(offset, Math.min(known, offset + room.length));
      room.set(piece);
      const consumed = scanner.scan(origin, piece.length);
      offset += consumed;
      if (consumed === 0 || offset === known) break;
    }
  }
  return offset;
}
