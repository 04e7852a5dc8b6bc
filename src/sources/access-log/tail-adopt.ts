import { workloadOfPodName } from '../../model/workload-name.ts';
import { CURRENT, type FoundFile, type FoundLogs, type FoundPod } from './node-logs.ts';
import { beginAtEnd, beginAtPosition } from './tail-begin.ts';
import { newFile, type TailedFile } from './tail-file.ts';
import { lostBetweenLooks } from './tail-lost.ts';
import type { FilePosition } from './tail-position.ts';
import type { RememberedPositions } from './tail-remembered.ts';
import type { LogSeries, SeriesReader } from './tail-series.ts';

export interface AdoptNeeds {
  readonly reader: SeriesReader;
  readonly all: Map<string, LogSeries>;
  /** Where an earlier process stopped; undefined begins at the end of what is there at the first listing. */
  readonly resume: readonly FilePosition[] | undefined;
  readonly remembered: RememberedPositions;
}

/** Which listing it is. */
export interface Listing {
  readonly listing: number;
  /** What is found was there before anybody looked. */
  readonly first: boolean;
}

/** Takes over what a listing says of a pod: new files are followed, known ones may have new names. */
export function adoptPod(needs: AdoptNeeds, { folder, logs }: FoundPod, listing: Listing): void {
  for (const found of logs) {
    if (found.files.length === 0) continue;
    const series = needs.all.get(found.key) ?? newSeries(folder, found);
    needs.all.set(found.key, series);
    countLost(needs, series, found);
    for (const file of found.files) adoptFile(needs, series, file, listing);
    series.ended = found !== logs.at(-1);
  }
}

function newSeries(folder: string, found: FoundLogs): LogSeries {
  const { key, namespace, pod } = found;
  const origin = { source: 'files', namespace, pod, workload: workloadOfPodName(pod), framing: 'cri' } as const;
  return { key, folder, origin, files: [], newestRank: newestRankOf(found), ended: false };
}

/** Counts what was written, rotated and compressed since the last listing, before anybody could open it. */
function countLost({ reader }: AdoptNeeds, series: LogSeries, found: FoundLogs): void {
  const lostBytes = lostBetweenLooks(series, found);
  if (lostBytes > 0) reader.tally.skipped('files', lostBytes);
  series.newestRank = newestRankOf(found);
}

function newestRankOf({ files, compressed }: FoundLogs): string {
  let newest = '';
  for (const { rank } of [...files, ...compressed]) if (rank !== CURRENT && rank > newest) newest = rank;
  return newest;
}

function adoptFile(needs: AdoptNeeds, series: LogSeries, found: FoundFile, { listing, first }: Listing): void {
  let file = series.files.find(({ dev, ino }) => dev === found.dev && ino === found.ino);
  if (file !== undefined && isAnother(file, found)) {
    leave(needs, series, file);
    file = undefined;
  }
  if (file === undefined) {
    file = newFile(found, found, needs.reader.nowMs());
    begin(needs, file, { key: series.key, first });
    // Behind the others: what was not there before is newer.
    series.files.push(file);
  }
  file.path = found.path;
  file.rank = found.rank;
  file.listedSize = found.size;
  file.seenIn = listing;
}

/** No file is rotated back: its inode was given to a new one after it was closed and deleted. */
function isAnother(file: TailedFile, found: FoundFile): boolean {
  return file.fd === undefined && file.rank !== CURRENT && found.rank === CURRENT;
}

function leave({ reader }: AdoptNeeds, series: LogSeries, file: TailedFile): void {
  const lostBytes = Math.max(file.size, file.listedSize) - file.offset;
  if (lostBytes > 0) reader.tally.skipped('files', lostBytes);
  series.files = series.files.filter((other) => other !== file);
}

/** What appears after the first listing was written under our eyes, so it is read from its beginning. */
function begin(needs: AdoptNeeds, file: TailedFile, { key, first }: { key: string; first: boolean }): void {
  const position = needs.remembered.take(key, file.ino);
  if (position !== undefined) beginAtPosition(needs.reader, file, position);
  else if (first && needs.resume === undefined) beginAtEnd(needs.reader, file);
  if (first && needs.resume !== undefined) file.goal = file.listedSize;
}
