import type { SpecObject } from '../../../model/spec-fields.ts';
import { hasAt, numberAt, textAt, valueAt } from '../../../model/spec-paths.ts';
import type { Problems } from './problems.ts';
import { badDuration } from './values.ts';

/** Conditions to retry on, HTTP's and gRPC's (Envoy docs: router filter, x-envoy-retry-on and x-envoy-retry-grpc-on). */
const CONDITIONS: ReadonlySet<string> = new Set([
  ...['5xx', 'gateway-error', 'reset', 'reset-before-request', 'connect-failure', 'envoy-ratelimited', 'retriable-4xx'],
  ...['refused-stream', 'retriable-status-codes', 'retriable-headers', 'http3-post-connect-failure'],
  ...['cancelled', 'deadline-exceeded', 'internal', 'resource-exhausted', 'unavailable'],
]);

/** `retries` of an HTTP rule. */
export function checkRetries(retries: SpecObject | undefined, problems: Problems): void {
  if (retries === undefined) return;
  const attempts = numberAt(retries, 'attempts') ?? 0;
  if (attempts < 0) problems.error('retries.attempts is less than 0');
  const rest = ['perTryTimeout', 'retryOn', 'retryRemoteLocalities'].filter((field) => hasAt(retries, field));
  if (attempts === 0 && rest.length > 0) problems.error(`retries are off, and have ${rest.join(', ')}`);
  problems.check(badDuration(valueAt(retries, 'perTryTimeout'), 'retries.perTryTimeout'));
  problems.check(badDuration(valueAt(retries, 'backoff'), 'retries.backoff'));
  const on = textAt(retries, 'retryOn');
  for (const condition of on === '' ? [] : on.split(',')) {
    if (!isCondition(condition)) problems.error(`retries.retryOn has the unknown condition "${condition}"`);
  }
}

/** Statuses that have a name, first and last of each run (IANA, HTTP Status Code Registry). */
const STATUSES: readonly (readonly [first: number, last: number])[] = [
  [100, 103],
  [200, 208],
  [226, 226],
  [300, 305],
  [307, 308],
  [400, 418],
  [421, 426],
  [428, 429],
  [431, 431],
  [451, 451],
  [500, 508],
  [510, 511],
];

/** A number is a status to retry on. Between commas, spaces belong to the word, which is then none. */
function isCondition(word: string): boolean {
  if (!/^\d+$/.test(word)) return CONDITIONS.has(word);
  return STATUSES.some(([first, last]) => Number(word) >= first && Number(word) <= last);
}
