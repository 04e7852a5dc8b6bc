import type { SourceError } from '../../model/source-error.ts';

/** An answer of Envoy's (or of istiod about it) that cannot be read; says what is wrong with it. */
export class EnvoyAnswerError extends Error {
  override readonly name = 'EnvoyAnswerError';
  readonly reason: SourceError;

  constructor(reason: SourceError) {
    super(reason.detail);
    this.reason = reason;
  }
}

export function invalidAnswer(detail: string): EnvoyAnswerError {
  return new EnvoyAnswerError({ code: 'invalid', detail });
}
