import type { AnalysisFinding } from '../../model/analysis.ts';
import { type EpochSeconds, epochSeconds } from '../../model/brand.ts';
import type { BundleEntry } from './entry.ts';
import type { EntryRole } from './entry-role.ts';
import { type ClusterGatherer, createClusterGatherer } from './gathered-cluster.ts';
import { type BundleNotes, createNotes } from './notes.ts';
import { readAnalysisText } from './read-analysis-text.ts';
import { readSyncz, type SavedAnswer } from './read-istiods.ts';
import { readEntryObjects } from './read-objects.ts';
import { wholeText } from './whole-text.ts';

/** What is read before logs and dumps. */
export interface FirstReading {
  readonly gatherer: ClusterGatherer;
  readonly notes: BundleNotes;
  readonly saved: SavedAnswer[];
  analysis: AnalysisFinding[] | undefined;
  istioctlVersion: string | undefined;
  /** Files that tell the ladder something, or could. */
  entries: number;
  /** When the newest entry was written, and the newest answer of an istiod. */
  newestAt: EpochSeconds | undefined;
  synczAt: EpochSeconds | undefined;
  note(entry: BundleEntry, problem: string): void;
}

const MAX_TEXT_BYTES = 16 * 1024 ** 2;

export function startReading(): FirstReading {
  const notes = createNotes();
  return {
    gatherer: createClusterGatherer(),
    notes,
    saved: [],
    analysis: undefined,
    istioctlVersion: undefined,
    entries: 0,
    newestAt: undefined,
    synczAt: undefined,
    note: (entry, problem) => notes.add(entry.path, problem),
  };
}

/** @throws EntryProblem, BundleCut for an entry that is of no use */
export async function readFirst(entry: BundleEntry, role: EntryRole, reading: FirstReading): Promise<void> {
  reading.entries += 1;
  reading.newestAt = later(reading.newestAt, entry.writtenAt);
  switch (role.kind) {
    case 'objects': {
      const read = await readEntryObjects(entry);
      if (read.isEmpty) reading.note(entry, 'it is empty');
      return reading.gatherer.take(read, role.list);
    }
    case 'syncz':
      reading.synczAt = later(reading.synczAt, entry.writtenAt);
      reading.saved.push(...(await readSyncz(entry, role.pod)));
      return;
    case 'analysis':
      reading.analysis = [...(reading.analysis ?? []), ...readAnalysisText(await wholeText(entry, MAX_TEXT_BYTES))];
      return;
    case 'versions':
      reading.istioctlVersion = /Version:"(\d+\.\d+\.[\w.-]{1,40})"/.exec(await wholeText(entry, MAX_TEXT_BYTES))?.[1];
      return;
    case 'envoy':
    case 'proxy_log':
      return;
    default:
      return role satisfies never;
  }
}

function later(one: EpochSeconds | undefined, other: EpochSeconds | undefined): EpochSeconds | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return epochSeconds(Math.max(one, other));
}
