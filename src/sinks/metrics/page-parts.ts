import { setImmediate as nextTurn } from 'node:timers/promises';

/** Gathers what is written of a page, and shares the time it takes with other work. */
export interface PageParts {
  add(piece: Buffer): Promise<void>;
  /** Lets others have their turn if a slice of time is used up. */
  giveWay(): Promise<void>;
  /** Lets others have their turn now. */
  pause(): Promise<void>;
  /** All of it, in order. A large piece is a part as it is: one that was there last time is the same object. */
  all(): readonly Buffer[];
}

/** Other work waits no longer than about this while a page is written. */
const SLICE_MS = 8;
/** Smaller pieces are put together. */
const LARGE_BYTES = 16 * 1024;

export function createPageParts(): PageParts {
  const parts: Buffer[] = [];
  let small: Buffer[] = [];
  let sliceEndsAt = performance.now() + SLICE_MS;
  const joinSmall = (): void => {
    if (small.length > 0) parts.push(Buffer.concat(small));
    small = [];
  };
  const pause = async (): Promise<void> => {
    await nextTurn();
    sliceEndsAt = performance.now() + SLICE_MS;
  };
  const giveWay = async (): Promise<void> => {
    if (performance.now() >= sliceEndsAt) await pause();
  };
  return {
    pause,
    giveWay,
    add: async (piece) => {
      if (piece.length < LARGE_BYTES) small.push(piece);
      else {
        joinSmall();
        parts.push(piece);
      }
      await giveWay();
    },
    all: () => {
      joinSmall();
      return parts;
    },
  };
}
