import type { SourceError } from '../../model/source-error.ts';

/** An istiod (or a recorded answer of one) that could not be read, with the bounded reason. */
export class AskError extends Error {
  override readonly name = 'AskError';
  readonly reason: SourceError;

  constructor(reason: SourceError, cause?: unknown) {
    super(reason.detail, { cause });
    this.reason = reason;
  }
}

/** Not the JSON we asked for. */
export function invalid(detail: string): AskError {
  return new AskError({ code: 'invalid', detail });
}

/** Ended before its end. */
export function truncated(detail: string): AskError {
  return new AskError({ code: 'truncated', detail });
}
