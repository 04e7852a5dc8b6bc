import { workloadOfPodName } from '../../model/workload-name.ts';
import type { FoundFile, FoundLogs, FoundPod } from './node-logs.ts';
import { beginAtEnd, beginAtPosition } from './tail-begin.ts';
import { newFile, type TailedFile } from './tail-file.ts';
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

/** Takes over what a listing says of a pod: new files are followed, known ones may have new names. */
export function adoptPod(needs: AdoptNeeds, { folder, logs }: FoundPod, listing: number): void {
  for (const found of logs) {
    if (found.files.length === 0) continue;
    const series = needs.all.get(found.key) ?? newSeries(folder, found);
    needs.all.set(found.key, series);
    for (const file of found.files) adoptFile(needs, series, file, listing);
    series.ended = found !== logs.at(-1);
  }
}

function newSeries(folder: string, { key, namespace, pod }: FoundLogs): LogSeries {
  const origin = { source: 'files', namespace, pod, workload: workloadOfPodName(pod), framing: 'cri' } as const;
  return { key, folder, origin, files: [], ended: false };
}

function adoptFile(needs: AdoptNeeds, series: LogSeries, found: FoundFile, listing: number): void {
  let file = series.files.find(({ dev, ino }) => dev === found.dev && ino === found.ino);
  if (file === undefined) {
    file = newFile(found, found, needs.reader.nowMs());
    begin(needs, file, { key: series.key, first: listing === 1 });
    // Behind the others: what was not there before is newer.
    series.files.push(file);
  }
  file.path = found.path;
  file.rank = found.rank;
  file.listedSize = found.size;
  file.seenIn = listing;
}

/** What appears after the first listing was written under our eyes, so it is read from its beginning. */
function begin(needs: AdoptNeeds, file: TailedFile, { key, first }: { key: string; first: boolean }): void {
  const position = needs.remembered.take(key, file.ino);
  if (position !== undefined) beginAtPosition(needs.reader, file, position);
  else if (first && needs.resume === undefined) beginAtEnd(needs.reader, file);
  if (first && needs.resume !== undefined) file.goal = file.listedSize;
}
