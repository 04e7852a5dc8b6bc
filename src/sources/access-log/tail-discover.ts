import { type FoundLogs, type FoundPod, listNodeLogs } from './node-logs.ts';
import { adoptPod } from './tail-adopt.ts';
import { lostWhileAway } from './tail-lost.ts';
import type { FilePosition } from './tail-position.ts';
import { rememberPositions } from './tail-remembered.ts';
import type { LogSeries, SeriesReader } from './tail-series.ts';
import { siftSeries } from './tail-sift.ts';

export interface DiscoveryOptions {
  readonly root: string;
  readonly container: string;
  readonly reader: SeriesReader;
  /** Where an earlier process stopped; undefined begins at the end of what is there. */
  readonly resume: readonly FilePosition[] | undefined;
  /** How long a file that is read to its end and will hardly grow stays open. */
  readonly closeAfterMs: number;
  readonly breathe: () => Promise<void>;
}

/** Keeps the list of what is followed in step with the folders. */
export interface Discovery {
  readonly series: ReadonlyMap<string, LogSeries>;
  /** @returns what could not be listed below the root @throws when the root itself cannot be */
  list(): Promise<readonly unknown[]>;
  /** Whether the root was ever listed whole. */
  listed(): boolean;
}

export function createDiscovery(options: DiscoveryOptions): Discovery {
  const { root, container, reader, resume, breathe } = options;
  const all = new Map<string, LogSeries>();
  const remembered = rememberPositions(resume ?? []);
  const adopting = { reader, all, resume, remembered };
  /** Folders that were there at the first listing and were not read whole yet. */
  const unseen = new Set<string>();
  let listing = 0;
  let listed = false;

  /** Whether all that is there was there before we looked, or may have been. */
  function isFirst({ folder, problems }: FoundPod): boolean {
    const first = listing === 1 || unseen.has(folder);
    if (first && problems.length > 0) unseen.add(folder);
    else unseen.delete(folder);
    return first;
  }

  /** Where something could not be read, nothing is gone for that. */
  function sift(pods: readonly FoundPod[]): void {
    const doubtful = new Set(pods.filter(({ problems }) => problems.length > 0).map(({ folder }) => folder));
    for (const series of all.values()) {
      if (!doubtful.has(series.folder)) siftSeries({ ...options, remembered }, series, listing);
      if (series.files.length === 0) all.delete(series.key);
    }
  }

  return {
    series: all,
    async list() {
      const found = listNodeLogs(root, container);
      const pods: FoundPod[] = [];
      listing += 1;
      for (const pod of found) {
        adoptPod(adopting, pod, { listing, first: isFirst(pod) });
        pods.push(pod);
        await breathe();
      }
      if (listing === 1) countLost(options, all, pods);
      sift(pods);
      listed = true;
      return pods.flatMap(({ problems }) => problems);
    },
    listed: () => listed,
  };
}

/** Counts, once, what the checkpoint knew and the first listing lacks, and what came and went in between. */
function countLost(
  { resume, reader }: DiscoveryOptions,
  all: ReadonlyMap<string, LogSeries>,
  pods: readonly FoundPod[],
): void {
  if (resume === undefined) return;
  const compressed = new Map<string, FoundLogs['compressed']>();
  for (const { logs } of pods) for (const found of logs) compressed.set(found.key, found.compressed);
  const bySeries = Map.groupBy(resume, ({ series }) => series);
  for (const key of new Set([...bySeries.keys(), ...compressed.keys()])) {
    const saved = bySeries.get(key) ?? [];
    const inodes = new Set(all.get(key)?.files.map(({ ino }) => `${ino}`));
    const gone = saved.filter(({ ino }) => !inodes.has(ino));
    const lostBytes = lostWhileAway(saved, gone, compressed.get(key) ?? []);
    if (lostBytes > 0) reader.tally.skipped('files', lostBytes);
  }
}
