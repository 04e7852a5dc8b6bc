import type { RawRequest } from '../raw-request.ts';
import type { StreamOrigin, Tally } from '../scanner.ts';

/** Which cell of the tally the keys of the compiled scanner count in, for each stream. Keys are numbered from 0. */
export interface KeyCells {
  /** What a new key says. */
  learn(key: number, raw: RawRequest): void;
  /** Where lines of this stream with that key count, if that is known already. */
  setCell(origin: StreamOrigin, key: number, cell: number): void;
  /** Adds counts to the tally, as lines of this stream: pairs of a key and how often it came. */
  handOver(origin: StreamOrigin, counts: Uint32Array): void;
  /** Forgets all keys. */
  clear(): void;
}

export function createKeyCells(tally: Tally): KeyCells {
  const raws: RawRequest[] = [];
  let generation = tally.generation;
  // A plain array for each stream: dense for a stream with many keys, and the engine folds a sparse one by itself.
  let byOrigin = new WeakMap<StreamOrigin, number[]>();

  const cellsOf = (origin: StreamOrigin): number[] => {
    if (tally.generation !== generation) {
      generation = tally.generation;
      byOrigin = new WeakMap();
    }
    const known = byOrigin.get(origin);
    if (known !== undefined) return known;
    const cells: number[] = [];
    byOrigin.set(origin, cells);
    return cells;
  };
  const ask = (origin: StreamOrigin, key: number): number => {
    const raw = raws[key];
    if (raw === undefined) throw new RangeError(`key ${key} of the log scanner was never learned`);
    return tally.cell(origin, raw);
  };
  return {
    learn: (key, raw) => {
      raws[key] = raw;
    },
    setCell: (origin, key, cell) => {
      cellsOf(origin)[key] = cell;
    },
    handOver: (origin, counts) => {
      const cells = cellsOf(origin);
      for (let pair = 0; pair < counts.length; pair += 2) {
        const key = counts[pair] ?? 0;
        let cell = cells[key];
        if (cell === undefined) {
          cell = ask(origin, key);
          cells[key] = cell;
        }
        tally.bump(origin, cell, counts[pair + 1] ?? 0);
      }
    },
    clear: () => {
      raws.length = 0;
      byOrigin = new WeakMap();
    },
  };
}
