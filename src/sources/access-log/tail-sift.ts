import { isDone, type TailedFile } from './tail-file.ts';
import { positionOf } from './tail-position.ts';
import type { RememberedPositions } from './tail-remembered.ts';
import type { LogSeries, SeriesReader } from './tail-series.ts';

export interface SiftNeeds {
  readonly reader: SeriesReader;
  readonly remembered: RememberedPositions;
  /** How long a file that is read to its end and will hardly grow stays open. */
  readonly closeAfterMs: number;
}

/** A name that one listing lacks may have been in the middle of a rename. */
const MISSED_IS_GONE = 2;

/** Notes which names are gone, and lets go of the files that nothing more will come of. */
export function siftSeries(needs: SiftNeeds, series: LogSeries, listing: number): void {
  for (const file of series.files) file.missed = file.seenIn === listing ? 0 : file.missed + 1;
  if (series.files.every(({ missed }) => missed >= MISSED_IS_GONE)) series.ended = true;
  series.files = series.files.filter((file) => {
    if (!mayClose(needs, series, file)) return true;
    needs.reader.descriptors.close(file);
    if (isGone(file)) forget(needs, series, file);
    return !isGone(file);
  });
}

function isGone({ unlinked, missed }: TailedFile): boolean {
  return unlinked || missed >= MISSED_IS_GONE;
}

/** The newest file of a living container stays open: its pod may be deleted at any moment, and its last words with it. */
function mayClose({ closeAfterMs, reader }: SiftNeeds, { files, ended }: LogSeries, file: TailedFile): boolean {
  const gone = isGone(file);
  if (gone && file.fd === undefined) return true;
  const isLive = file === files.at(-1) && !ended && !gone;
  return !isLive && isDone(file) && reader.nowMs() - file.grewAtMs >= closeAfterMs;
}

function forget({ reader, remembered }: SiftNeeds, series: LogSeries, file: TailedFile): void {
  const lostBytes = Math.max(file.size, file.listedSize) - file.offset;
  if (lostBytes > 0) reader.tally.skipped('files', lostBytes);
  remembered.keep({ ...positionOf(series, file), size: file.offset });
}
