/**
 * Tells whether a label set was met before in one rendering, without building a key for each: hashes in an
 * open-addressed table, and the labels themselves compared only where hashes are equal.
 */
export interface DuplicateFinder {
  /** @param index of the sample, ascending from 0 */
  isRepeat(index: number, hash: number): boolean;
}

/** @param equal compares the label sets of two samples by index */
export function createDuplicateFinder(count: number, equal: (one: number, other: number) => boolean): DuplicateFinder {
  const size = 2 ** Math.ceil(Math.log2(count * 2 + 2));
  const mask = size - 1;
  /** Index + 1 of the sample in each slot; 0 is free. At most half full, so a search always ends. */
  const slots = new Int32Array(size);
  const hashes = new Int32Array(count);
  return {
    isRepeat(index, hash) {
      hashes[index] = hash;
      for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
        const other = (slots[slot] ?? 0) - 1;
        if (other < 0) {
          slots[slot] = index + 1;
          return false;
        }
        if (hashes[other] === hashes[index] && equal(other, index)) return true;
      }
    },
  };
}
