import type { IncomingMessage } from 'node:http';

/** Why a request is not answered. What it says goes to whoever asks, so it names nothing of theirs and nothing of ours. */
export interface Refusal {
  readonly status: 401 | 403 | 429 | 503;
  readonly reason: RefusalReason;
  readonly error: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Reasons of `meshladder_http_requests_refused_total`. `overloaded`: too many answers are in the making; `check_busy`: too
 * many passwords or tokens wait to be checked; `check_failed`: they cannot be, as while the API server does not answer.
 */
export const REFUSAL_REASONS = [
  'unauthenticated',
  'forbidden',
  'rate_limited',
  'overloaded',
  'check_busy',
  'check_failed',
] as const;
export type RefusalReason = (typeof REFUSAL_REASONS)[number];

/** Says why a request may not be answered; undefined: it may. */
export type Check = (request: IncomingMessage) => Refusal | undefined | Promise<Refusal | undefined>;
