import type { EpochSeconds } from './brand.ts';
import type { SourceError } from './source-error.ts';

/** What we know of one thing, and how far to trust it. A rung must say what it does in each state. */
export type Observed<T> =
  | { readonly state: 'pending' }
  | { readonly state: 'fresh'; readonly at: EpochSeconds; readonly value: T }
  | { readonly state: 'stale'; readonly at: EpochSeconds; readonly value: T; readonly error: SourceError }
  | { readonly state: 'failed'; readonly error: SourceError };

/** Not looked at yet. */
export const PENDING: { readonly state: 'pending' } = Object.freeze({ state: 'pending' });

/** The value if there is one. Never a default: an unknown mesh is not an empty mesh. */
export function known<T>(observed: Observed<T>): T | undefined {
  return observed.state === 'fresh' || observed.state === 'stale' ? observed.value : undefined;
}
