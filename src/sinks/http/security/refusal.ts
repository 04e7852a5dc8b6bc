import type { IncomingMessage } from 'node:http';

/** Why a request is not answered. What it says goes to whoever asks, so it names nothing of theirs and nothing of ours. */
export interface Refusal {
  readonly status: 401 | 403 | 429 | 503;
  readonly error: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Reasons of `meshladder_http_requests_refused_total`. */
export const REFUSAL_REASONS = ['unauthenticated', 'forbidden', 'rate_limited', 'overloaded'] as const;
export type RefusalReason = (typeof REFUSAL_REASONS)[number];

export function reasonOf({ status }: Refusal): RefusalReason {
  switch (status) {
    case 401:
      return 'unauthenticated';
    case 403:
      return 'forbidden';
    case 429:
      return 'rate_limited';
    case 503:
      return 'overloaded';
    default:
      return status satisfies never;
  }
}

/** Says why a request may not be answered; undefined: it may. */
export type Check = (request: IncomingMessage) => Refusal | undefined | Promise<Refusal | undefined>;
