import type { EpochSeconds } from './brand.ts';
import type { Observed } from './observed.ts';

/**
 * The value, unless its source has been silent for so long that it is no news. A fresh value holds however old it is:
 * nothing has changed since.
 */
export function current<T>(observed: Observed<T>, now: EpochSeconds, staleAfterSeconds: number): T | undefined {
  if (observed.state === 'fresh') return observed.value;
  return observed.state === 'stale' && now - observed.at <= staleAfterSeconds ? observed.value : undefined;
}
