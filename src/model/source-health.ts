import type { EpochSeconds } from './brand.ts';
import type { SourceErrorCode } from './source-error.ts';

export const SOURCE_NAMES = ['istiod', 'kubernetes', 'access_log', 'envoy', 'prometheus', 'remote_secrets'] as const;
export type SourceName = (typeof SOURCE_NAMES)[number];

/** How a source itself fares; the runner keeps it, not the source. */
export interface SourceHealth {
  readonly source: SourceName;
  /** The last poll got at least one usable answer; absent before the first poll ended. */
  readonly up?: boolean;
  readonly lastSuccessAt?: EpochSeconds;
  readonly polls: number;
  readonly errors: Readonly<Record<SourceErrorCode, number>>;
  /** The last error, for page and log. */
  readonly lastError?: string;
}
