import type { EpochSeconds } from '../model/brand.ts';
import type { Observed } from '../model/observed.ts';
import { SOURCE_ERROR_CODES, type SourceError, type SourceErrorCode } from '../model/source-error.ts';
import type { SourceHealth, SourceName } from '../model/source-health.ts';

/** How a poll ended, as a source reports it. */
export interface PollOutcome {
  /** At least one usable answer. */
  readonly ok: boolean;
  readonly errors: readonly SourceError[];
}

/** A source before its first poll: every error counter is there, at 0. */
export function newHealth(source: SourceName): SourceHealth {
  const errors = Object.fromEntries(SOURCE_ERROR_CODES.map((code) => [code, 0])) as Record<SourceErrorCode, number>;
  return { source, polls: 0, errors };
}

/** The health after one more poll. */
export function nextHealth(health: SourceHealth, { ok, errors }: PollOutcome, now: EpochSeconds): SourceHealth {
  const counts = { ...health.errors };
  for (const { code } of errors) counts[code] += 1;
  const last = errors.at(-1);
  return {
    source: health.source,
    up: ok,
    polls: health.polls + 1,
    errors: counts,
    ...(ok ? { lastSuccessAt: now } : health.lastSuccessAt !== undefined && { lastSuccessAt: health.lastSuccessAt }),
    ...(last !== undefined && { lastError: `${last.code}: ${last.detail}` }),
  };
}

/** What is known after a poll that brought no value: the last value grows stale, or there is none but the error. */
export function afterFailure<T>(observed: Observed<T>, error: SourceError): Observed<T> {
  if (observed.state === 'fresh' || observed.state === 'stale') {
    return { state: 'stale', at: observed.at, value: observed.value, error };
  }
  return { state: 'failed', error };
}
