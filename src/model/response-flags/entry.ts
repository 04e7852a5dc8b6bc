/** What one of Envoy's response flags means, for a person who was paged. */
export interface ResponseFlag {
  /** As in access logs. */
  readonly name: string;
  /** As in Envoy's sources and in `%RESPONSE_FLAGS_LONG%`. */
  readonly longName: string;
  /** Whether a request went wrong; not where the client left, a delay was asked for or a filter did its work. */
  readonly failure: boolean;
  /** What the caller saw: its usual HTTP status, `0` where no answer was sent, and whether TCP connections have it too. */
  readonly seen: string;
  /** One or two sentences. */
  readonly meaning: string;
  /** What to look at, in this order. */
  readonly checks: readonly string[];
  /** The flag it is often taken for, and the difference. */
  readonly confusion?: string;
}
