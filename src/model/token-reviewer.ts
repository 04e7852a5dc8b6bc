/** Who bears a token, as the API server told; handed back as it came, to ask what they may. */
export type Bearer = Readonly<Record<string, unknown>>;

/** Knows whose a token is, and what they may get. */
export interface TokenReviewer {
  /** Undefined: the token is nobody's, or not for us. @throws where it could not be asked */
  whoIs(token: string): Promise<Bearer | undefined>;
  /** Whether a role lets them get this path of ours (`nonResourceURLs`). @throws where it could not be asked */
  mayGet(bearer: Bearer, path: string): Promise<boolean>;
}
