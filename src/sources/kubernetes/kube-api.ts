import type { SourceError } from '../../model/source-error.ts';

/** An object as the API server sent it, parsed and not yet trusted. */
export type RawObject = Readonly<Record<string, unknown>>;

export interface ListPage {
  readonly items: readonly RawObject[];
  readonly resourceVersion: string;
}

/** A failed call: the bounded reason, the HTTP status where there was one, and how long the server asks us to wait. */
export class KubeApiError extends Error {
  override readonly name = 'KubeApiError';
  readonly reason: SourceError;
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(reason: SourceError, options: { status?: number; retryAfterMs?: number; cause?: unknown } = {}) {
    super(reason.detail, { cause: options.cause });
    this.reason = reason;
    this.status = options.status;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** The few calls we make of the Kubernetes API: raw, paged and bounded. Paths are absolute, e.g. `/api/v1/pods`. */
export interface KubeApi {
  /** GET of one object or API group list. @throws KubeApiError */
  get(path: string, signal: AbortSignal): Promise<RawObject>;
  /** GET of a whole list, page by page. @throws KubeApiError */
  list(path: string, query: Readonly<Record<string, string>>, signal: AbortSignal): AsyncIterable<ListPage>;
  /** GET that stays open: `watch=true`, or a pod log. Ends when the server closes; throws when the connection breaks. */
  stream(
    path: string,
    query: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<AsyncIterable<Uint8Array>>;
}
