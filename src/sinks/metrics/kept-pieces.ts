import type { Sample } from '../../rungs/rung.ts';

/** A run of samples as it was written. */
export interface Piece {
  /** By identity: rungs keep the label object of what did not change. */
  readonly labels: readonly Sample['labels'][];
  readonly values: readonly number[];
  readonly hashes: Int32Array;
  readonly bytes: Buffer;
  /** No line was left out as a repetition. */
  readonly whole: boolean;
}

/** Which samples of a family are as they were, and which are to be written anew. */
export type Stretch =
  | { readonly start: number; readonly end: number; readonly kept: Piece }
  | { readonly start: number; readonly end: number; readonly kept?: undefined };

/** As many lines as take some tenths of a millisecond to write, so that the caller can pause between pieces. */
const LINES = 500;
const FEWEST = 250;
const MOST = 1000;

/**
 * Divides samples into pieces that were written before and stretches in between. A stretch ends where a known piece
 * begins, so that a proxy that comes or goes moves nothing but the piece it is in.
 */
export function* divide(samples: readonly Sample[], before: readonly Piece[]): Generator<Stretch> {
  const byFirst = new Map(before.map((piece) => [piece.labels[0], piece]));
  for (let start = 0; start < samples.length; ) {
    const kept = byFirst.get(samples[start]?.labels);
    const stretch: Stretch =
      kept !== undefined && isUnchanged(kept, samples, start)
        ? { start, end: start + kept.values.length, kept }
        : { start, end: endOf(samples, start, byFirst) };
    yield stretch;
    start = stretch.end;
  }
}

function isUnchanged({ labels, values }: Piece, samples: readonly Sample[], start: number): boolean {
  if (start + values.length > samples.length) return false;
  for (let index = 0; index < values.length; index += 1) {
    const sample = samples[start + index];
    if (sample?.labels !== labels[index] || sample?.value !== values[index]) return false;
  }
  return true;
}

/** Where a known piece begins, if that makes a piece of fair size; else so that what is left is of fair size too. */
function endOf(samples: readonly Sample[], start: number, byFirst: ReadonlyMap<unknown, Piece>): number {
  const last = Math.min(start + MOST, samples.length);
  for (let end = start + FEWEST; end < last; end += 1) if (byFirst.has(samples[end]?.labels)) return end;
  return samples.length - start <= MOST ? samples.length : start + LINES;
}
