import type { SourceError } from '../../model/source-error.ts';

/** An object as the API server sent it, parsed and not yet trusted. */
export type RawObject = Readonly<Record<string, unknown>>;

export interface ListPage {
  readonly items: readonly RawObject[];
  readonly resourceVersion: string;
  /** The list began anew, because the server forgot it half way: drop the pages before this one. */
  readonly restarted?: true;
}

/** What a caller may ask beside path and query. */
export interface KubeRequestOptions {
  /** The Accept header, for answers of another shape (metadata only). Default: JSON, or whatever there is. */
  readonly accept?: string;
  /** Refuses a stream of anything but JSON as `invalid`: a proxy's login page is no watch. */
  readonly onlyJson?: true;
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

/**
 * The few calls we make of the Kubernetes API: raw, paged and bounded. Paths are absolute, e.g. `/api/v1/pods`.
 * When the caller's own signal aborts, a call rejects with that signal's reason, not with a KubeApiError.
 */
export interface KubeApi {
  /** GET of one object or API group list. @throws KubeApiError */
  get(path: string, signal: AbortSignal): Promise<RawObject>;
  /** GET of a whole list, page by page. @throws KubeApiError */
  list(
    path: string,
    query: Readonly<Record<string, string>>,
    signal: AbortSignal,
    options?: KubeRequestOptions,
  ): AsyncIterable<ListPage>;
  /**
   * GET that stays open: `watch=true`, or a pod log. Resolves when the server has accepted. The chunks end when the
   * server closes (at once for 204) and throw KubeApiError when the connection breaks; silence is the caller's to time.
   * Iterate it, or abort: an answer left lying keeps its connection. @throws KubeApiError
   */
  stream(
    path: string,
    query: Readonly<Record<string, string>>,
    signal: AbortSignal,
    options?: KubeRequestOptions,
  ): Promise<AsyncIterable<Uint8Array>>;
}

/** What we write of objects: hardly anything. Bounded, and rejecting, as `KubeApi` does. */
export interface KubeWriter {
  /** POST of a new object to its collection's path. @throws KubeApiError; of status 409 where the name is taken */
  create(path: string, object: object, signal: AbortSignal): Promise<RawObject>;
  /**
   * PUT in place of the version that `metadata.resourceVersion` names.
   * @throws KubeApiError; of status 409 where somebody else has written since
   */
  replace(path: string, object: object, signal: AbortSignal): Promise<RawObject>;
}
