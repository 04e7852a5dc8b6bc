import { type AnalysisFinding, objectPath } from './analysis.ts';
import type { EpochSeconds } from './brand.ts';

/** Since when each finding has stood, by `findingKey`. */
export type FindingsSince = ReadonlyMap<string, EpochSeconds>;

export const NO_FINDINGS_SINCE: FindingsSince = new Map();

/** What makes two findings the same one: code and object. The words may change while it stands. */
export function findingKey({ code, object }: Pick<AnalysisFinding, 'code' | 'object'>): string {
  return `${code} ${objectPath(object)}`;
}

/**
 * Remembers since when each finding has stood. One that is gone is forgotten, and begins anew when it comes back.
 * @returns the very same map when nothing came and nothing went
 */
export function advanceFindings(
  previous: FindingsSince,
  findings: readonly AnalysisFinding[],
  now: EpochSeconds,
): FindingsSince {
  const since = new Map<string, EpochSeconds>();
  let isSame = true;
  for (const finding of findings) {
    const key = findingKey(finding);
    const before = previous.get(key);
    if (before === undefined) isSame = false;
    since.set(key, before ?? now);
  }
  return isSame && since.size === previous.size ? previous : since;
}
