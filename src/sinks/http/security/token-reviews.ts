import { createClientShares, type Shares } from './client-shares.ts';
import { createVerdictMemory } from './verdict-memory.ts';

/** Asks the API server; undefined: no. */
export type Review<T> = () => Promise<T | undefined>;

/** `busy`: too many are being asked about. */
export type Reviewed<T> = { readonly yes: T } | 'no' | 'busy';

export interface Reviews<T> {
  /** What is remembered, or what `review` says; asked once for all who ask at the same time. A failure is not remembered. */
  ask(question: Question<T>): Promise<Reviewed<T>>;
}

interface Question<T> {
  readonly key: string;
  /** Who asks, so that one cannot take all places. */
  readonly client: string;
  readonly review: Review<T>;
}

/** As long as kube-apiserver itself trusts what a webhook said, or less. */
const YES_FOR_MS = 60_000;
const NO_FOR_MS = 10_000;
const MAX_REMEMBERED = 1000;
/** Reviews at once: an API server in trouble must not be asked more and more. */
export const OF_STRANGERS: Shares = { ofAll: 32, ofOne: 4 };
/** A page opens with many questions, and a proxy in front of it asks for many. */
export const OF_THE_KNOWN: Shares = { ofAll: 32, ofOne: 16 };

/**
 * Yes and no are remembered apart, and what was a yes before has places of its own: no flood of made-up tokens makes us
 * forget the one that Prometheus sends, or keeps it waiting when its minute is over.
 * @param places for what was no yes before
 */
export function createReviews<T>(places: Shares, monotonicMs: () => number): Reviews<T> {
  const yes = createVerdictMemory<T>({ most: MAX_REMEMBERED, forMs: YES_FOR_MS, monotonicMs });
  const no = createVerdictMemory<true>({ most: MAX_REMEMBERED, forMs: NO_FOR_MS, monotonicMs });
  const underWay = new Map<string, Promise<Reviewed<T>>>();
  const [anew, again] = [createClientShares(places), createClientShares(OF_THE_KNOWN)];

  const reviewed = async (key: string, review: Review<T>): Promise<Reviewed<T>> => {
    const value = await review();
    if (value === undefined) {
      yes.delete(key);
      no.set(key, true);
      return 'no';
    }
    no.delete(key);
    yes.set(key, value);
    return { yes: value };
  };
  return {
    ask: async ({ key, client, review }) => {
      const value = yes.get(key);
      if (value !== undefined) return { yes: value };
      if (no.get(key)) return 'no';
      const asked = underWay.get(key);
      if (asked !== undefined) return asked;
      const giveBack = (yes.wasKnown(key) ? again : anew).take(client);
      if (giveBack === undefined) return 'busy';
      const asking = reviewed(key, review).finally(() => {
        giveBack();
        underWay.delete(key);
      });
      underWay.set(key, asking);
      return asking;
    },
  };
}
