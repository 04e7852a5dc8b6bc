import { BundleCut, type BundleEntry } from './entry.ts';

/** Why an entry is of no use, in words that follow its name. */
export class EntryProblem extends Error {
  override readonly name = 'EntryProblem';
}

/** All of an entry. @throws EntryProblem where it is larger than it may be, or cut off */
export async function wholeText(entry: BundleEntry, limitBytes: number): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of entry.chunks()) {
    bytes += chunk.length;
    if (bytes > limitBytes) throw tooLarge(limitBytes);
    pieces.push(chunk);
  }
  return Buffer.concat(pieces).toString('utf8');
}

export function tooLarge(limitBytes: number): EntryProblem {
  return new EntryProblem(`larger than ${Math.round(limitBytes / 1024 ** 2)} MiB`);
}

/** What went wrong with an entry, for a person; rethrows what is no fault of the entry's. */
export function problemOf(error: unknown): string {
  if (error instanceof EntryProblem) return error.message;
  if (error instanceof BundleCut) return `cut off: ${error.message}`;
  throw error;
}
