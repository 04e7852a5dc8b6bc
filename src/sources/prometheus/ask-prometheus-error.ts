import type { SourceError } from '../../model/source-error.ts';

/** A question to Prometheus that got no answer, with the bounded reason. */
export class AskPrometheusError extends Error {
  override readonly name = 'AskPrometheusError';
  readonly reason: SourceError;

  constructor(reason: SourceError, cause?: unknown) {
    super(reason.detail, { cause });
    this.reason = reason;
  }
}
