import { createHmac, randomBytes } from 'node:crypto';
import type { Bearer, TokenReviewer } from '../../../model/token-reviewer.ts';
import { createReviews, OF_STRANGERS, OF_THE_KNOWN, type Review } from './token-reviews.ts';

/**
 * What a token may do here. `unavailable`: it could not be asked, so nothing is allowed. `busy`: too many tokens that
 * nobody knows yet are being asked about, of all clients or of this one.
 */
export type TokenVerdict = 'admitted' | 'unknown' | 'forbidden' | 'busy' | 'unavailable';

export interface TokenJudge {
  /** @param request `path` of what is served; undefined where nothing is served, and to be known is enough */
  judge(token: string, request: { readonly path: string | undefined; readonly client: string }): Promise<TokenVerdict>;
}

export interface TokenJudgeOptions {
  readonly reviewer: TokenReviewer;
  readonly monotonicMs: () => number;
  /** Told why a review failed. */
  readonly onFailure: (problem: unknown) => void;
}

/** No token that Kubernetes makes is longer. */
const MAX_TOKEN_LENGTH = 8192;

/** Judges tokens by asking a reviewer, remembers for a short time what it said, and lets nobody in while it cannot say. */
export function createTokenJudge({ reviewer, monotonicMs, onFailure }: TokenJudgeOptions): TokenJudge {
  const secret = randomBytes(32);
  // Tokens themselves are not kept.
  const keyOf = (token: string): string => createHmac('sha256', secret).update(token).digest('base64');
  const bearers = createReviews<Bearer>(OF_STRANGERS, monotonicMs);
  const rights = createReviews<true>(OF_THE_KNOWN, monotonicMs);
  const verdictOn: TokenJudge['judge'] = async (token, { path, client }) => {
    const key = keyOf(token);
    const bearer = await bearers.ask({ key, client, review: () => reviewer.whoIs(token) });
    if (bearer === 'no') return 'unknown';
    if (bearer === 'busy') return 'busy';
    if (path === undefined) return 'admitted';
    const review: Review<true> = async () => ((await reviewer.mayGet(bearer.yes, path)) ? true : undefined);
    const right = await rights.ask({ key: `${key} ${path}`, client, review });
    if (right === 'busy') return 'busy';
    return right === 'no' ? 'forbidden' : 'admitted';
  };
  return {
    judge: async (token, request) => {
      if (token === '' || token.length > MAX_TOKEN_LENGTH) return 'unknown';
      try {
        return await verdictOn(token, request);
      } catch (problem) {
        onFailure(problem);
        return 'unavailable';
      }
    },
  };
}
