import type { FilePosition } from './tail-position.ts';

/** Positions of files that are not followed now: of an earlier process, or of files whose names went away. */
export interface RememberedPositions {
  /** What is known of this file of this series, once. */
  take(series: string, ino: bigint): FilePosition | undefined;
  /** For a file that vanished, in case it comes back (a folder that was unmounted for a while). */
  keep(position: FilePosition): void;
}

/** More than a node's pods leave behind in a day. */
const MAX_KEPT = 5000;

export function rememberPositions(positions: readonly FilePosition[]): RememberedPositions {
  const kept = new Map(positions.map((position) => [keyOf(position.series, position.ino), position]));
  return {
    take(series, ino) {
      const key = keyOf(series, `${ino}`);
      const position = kept.get(key);
      kept.delete(key);
      return position;
    },
    keep(position) {
      kept.set(keyOf(position.series, position.ino), position);
      const [oldest] = kept.keys();
      if (kept.size > MAX_KEPT && oldest !== undefined) kept.delete(oldest);
    },
  };
}

/** Without the device: its number may change when the node starts anew. The file's first bytes must fit besides. */
function keyOf(series: string, ino: string): string {
  return `${series} ${ino}`;
}
