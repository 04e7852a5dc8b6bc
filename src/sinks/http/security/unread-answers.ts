import type { ServerResponse } from 'node:http';

/** Bounds what clients that read slowly, or not at all, can make us hold. */
export interface UnreadAnswers {
  /** Whether there is room for an answer of this size. */
  hasRoomFor(bytes: number): boolean;
  /** Counts an answer until its last byte is handed over; cuts the connection when that takes too long. */
  track(response: ServerResponse, bytes: number): void;
}

export interface UnreadLimits {
  readonly maxBytes: number;
  /** For one whole answer. */
  readonly maxMs: number;
}

export const UNREAD_LIMITS: UnreadLimits = { maxBytes: 256 * 1024 * 1024, maxMs: 120_000 };

export function createUnreadAnswers({ maxBytes, maxMs }: UnreadLimits): UnreadAnswers {
  let heldBytes = 0;
  return {
    hasRoomFor: (bytes) => heldBytes + bytes <= maxBytes,
    track: (response, bytes) => {
      heldBytes += bytes;
      const cut = setTimeout(() => response.destroy(), maxMs).unref();
      // Comes once, whether it went well or not.
      response.once('close', () => {
        clearTimeout(cut);
        heldBytes -= bytes;
      });
    },
  };
}
