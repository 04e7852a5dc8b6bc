import type { RawRequest } from '../../../../src/sources/access-log/raw-request.ts';
import type { StreamOrigin, Tally } from '../../../../src/sources/access-log/scanner.ts';

/** A tally that only remembers what it was told, for two scanners to be held against each other to the letter. */
export interface RecordingTally extends Tally {
  generation: number;
  /** Everything counted so far, in an order of its own. */
  told(): Record<string, number>;
}

export function createRecordingTally(): RecordingTally {
  const cells: string[] = [];
  const numbers = new Map<string, number>();
  const counts = new Map<string, number>();
  const add = (key: string, by: number): void => {
    counts.set(key, (counts.get(key) ?? 0) + by);
  };
  const name = (origin: StreamOrigin): string => `${origin.source} ${origin.namespace}/${origin.pod}`;
  const tally: RecordingTally = {
    generation: 0,
    cell: (origin, raw) => {
      const key = `${tally.generation} access ${name(origin)} ${inOrder(raw)}`;
      const known = numbers.get(key);
      if (known !== undefined) return known;
      numbers.set(key, cells.push(key) - 1);
      return cells.length - 1;
    },
    bump: (origin, cell, by) => {
      const key = cells[cell];
      if (!key?.startsWith(`${tally.generation} access ${name(origin)} `)) {
        throw new Error(`cell ${cell} is not one of ${name(origin)} in generation ${tally.generation}`);
      }
      if (!(by > 0)) throw new RangeError(`bumped by ${by}`);
      add(key, by);
    },
    proxyLog: (origin, line) => add(`proxy log ${name(origin)} ${line.level} ${line.xdsFailure ?? ''}`, 1),
    lines: (origin, result, by) => add(`${result} ${name(origin)}`, by),
    skipped: (source, bytes) => add(`skipped ${source}`, bytes),
    newest: (source, at) => {
      counts.set(`newest ${source}`, Math.max(at, counts.get(`newest ${source}`) ?? 0));
    },
    told: () => Object.fromEntries([...counts].sort(([one], [other]) => (one < other ? -1 : 1))),
  };
  return tally;
}

function inOrder(raw: RawRequest): string {
  return JSON.stringify([
    raw.responseCode,
    raw.flags,
    raw.details,
    raw.terminationDetails,
    raw.transportFailure,
    raw.authority,
    raw.upstreamCluster,
    raw.downstreamLocalAddress,
    raw.route,
    raw.upstreamHost,
  ]);
}
