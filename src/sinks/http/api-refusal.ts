/** Why a document of the API cannot be had, where the question made sense. */
export class ApiRefusal extends Error {
  override readonly name = 'ApiRefusal';
  /** 404: there is no such thing; 409: it is switched off; 429 and 503: not now; 502: whom we ask does not answer. */
  readonly status: 404 | 409 | 429 | 502 | 503;
  readonly retryAfterSeconds: number | undefined;

  constructor(status: ApiRefusal['status'], message: string, retryAfterSeconds?: number) {
    super(message);
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
