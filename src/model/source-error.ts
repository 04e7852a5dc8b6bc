/**
 * Why a source could not be read, as a bounded reason (a metric label) with what a person needs beside it.
 * `detail` is ours or a bounded cut of the peer's words; it never holds a token, header or request.
 */
export type SourceError =
  | { readonly code: 'denied'; readonly status: 401 | 403; readonly detail: string }
  | { readonly code: 'not_found'; readonly detail: string }
  | { readonly code: 'timeout'; readonly afterMs: number; readonly detail: string }
  | { readonly code: 'refused'; readonly detail: string }
  | { readonly code: 'tls'; readonly detail: string }
  | { readonly code: 'invalid'; readonly detail: string }
  | { readonly code: 'truncated'; readonly detail: string }
  | { readonly code: 'too_large'; readonly limitBytes: number; readonly detail: string };

export type SourceErrorCode = SourceError['code'];

/** Every reason, in the order of the docs; `meshladder_source_errors_total` starts each at 0. */
export const SOURCE_ERROR_CODES: readonly SourceErrorCode[] = [
  'denied',
  'not_found',
  'timeout',
  'refused',
  'tls',
  'invalid',
  'truncated',
  'too_large',
];
