import type { EpochSeconds } from '../../model/brand.ts';
import type { DiffExcerpt } from './diff-excerpt.ts';

/** `/api/v1/diff` (docs/api.md). */
export interface ApiDiffDocument extends DiffExcerpt {
  /** When the look began; RFC 3339. */
  readonly at: string;
  readonly about: { readonly namespace: string; readonly pod: string };
}

export function apiDiffDocument(
  about: ApiDiffDocument['about'],
  { at, diff }: { readonly at: EpochSeconds; readonly diff: DiffExcerpt },
): ApiDiffDocument {
  return { at: new Date(Math.round(at * 1000)).toISOString(), about, ...diff };
}
