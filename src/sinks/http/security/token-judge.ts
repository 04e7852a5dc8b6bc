import { createHmac, randomBytes } from 'node:crypto';
import type { Bearer, TokenReviewer } from '../../../model/token-reviewer.ts';

/** What a token may do here. `unavailable`: it could not be asked, so nothing is allowed. */
export type TokenVerdict = 'admitted' | 'unknown' | 'forbidden' | 'unavailable';

export interface TokenJudge {
  /** @param path as a role's `nonResourceURLs` names it; undefined where nothing is served, and to be known is enough */
  judge(token: string, path: string | undefined): Promise<TokenVerdict>;
}

export interface TokenJudgeOptions {
  readonly reviewer: TokenReviewer;
  readonly monotonicMs: () => number;
  /** Told why a review failed. */
  readonly onFailure: (problem: unknown) => void;
  readonly admittedForMs?: number;
  readonly refusedForMs?: number;
}

/** As long as kube-apiserver itself trusts what a webhook said, or less. */
const ADMITTED_FOR_MS = 60_000;
const REFUSED_FOR_MS = 10_000;
const MAX_REMEMBERED = 1000;
/** No token that Kubernetes makes is longer. */
const MAX_TOKEN_LENGTH = 8192;
/** Reviews at once: an API server in trouble must not be asked more and more. */
const MAX_UNDER_WAY = 32;

type Known = { readonly bearer: Bearer } | 'nobody';

/** Judges tokens by asking a reviewer, remembers for a short time what it said, and lets nobody in while it cannot say. */
export function createTokenJudge(options: TokenJudgeOptions): TokenJudge {
  const { reviewer, monotonicMs, admittedForMs = ADMITTED_FOR_MS, refusedForMs = REFUSED_FOR_MS } = options;
  const secret = randomBytes(32);
  // Tokens themselves are not kept.
  const keyOf = (token: string): string => createHmac('sha256', secret).update(token).digest('base64');
  const bearers = createMemory<Known>(monotonicMs);
  const rights = createMemory<boolean>(monotonicMs);

  const knownOf = (token: string): Promise<Known> =>
    bearers.get(keyOf(token), async () => {
      const bearer = await reviewer.whoIs(token);
      return bearer === undefined
        ? { value: 'nobody', forMs: refusedForMs }
        : { value: { bearer }, forMs: admittedForMs };
    });
  const mayGet = (token: string, bearer: Bearer, path: string): Promise<boolean> =>
    rights.get(`${keyOf(token)} ${path}`, async () => {
      const value = await reviewer.mayGet(bearer, path);
      return { value, forMs: value ? admittedForMs : refusedForMs };
    });

  return {
    judge: async (token, path) => {
      if (token === '' || token.length > MAX_TOKEN_LENGTH) return 'unknown';
      try {
        const known = await knownOf(token);
        if (known === 'nobody') return 'unknown';
        return path === undefined || (await mayGet(token, known.bearer, path)) ? 'admitted' : 'forbidden';
      } catch (problem) {
        options.onFailure(problem);
        return 'unavailable';
      }
    },
  };
}

interface Found<T> {
  readonly value: T;
  readonly forMs: number;
}

interface Memory<T> {
  /** What is remembered, or what `find` finds; asked once for all who ask at the same time. A failure is not remembered. */
  get(key: string, find: () => Promise<Found<T>>): Promise<T>;
}

function createMemory<T>(monotonicMs: () => number): Memory<T> {
  const remembered = new Map<string, { readonly value: T; readonly untilMs: number }>();
  const underWay = new Map<string, Promise<T>>();
  const remember = (key: string, { value, forMs }: Found<T>): T => {
    remembered.delete(key);
    remembered.set(key, { value, untilMs: monotonicMs() + forMs });
    const [oldest] = remembered.keys();
    if (remembered.size > MAX_REMEMBERED && oldest !== undefined) remembered.delete(oldest);
    return value;
  };
  return {
    get: (key, find) => {
      const held = remembered.get(key);
      if (held !== undefined && held.untilMs > monotonicMs()) return Promise.resolve(held.value);
      const asked = underWay.get(key);
      if (asked !== undefined) return asked;
      if (underWay.size >= MAX_UNDER_WAY) return Promise.reject(new Error('too many reviews are under way'));
      const asking = find()
        .then((found) => remember(key, found))
        .finally(() => underWay.delete(key));
      underWay.set(key, asking);
      return asking;
    },
  };
}
