import type { Lead } from '../sources/kubernetes/lease/term.ts';
import { untilAborted } from './until-aborted.ts';

/** Lets those who come and go do their part while this replica leads. */
export interface LeadTerms {
  /** One term: returns when `signal` has aborted and all have ended what they did in it. */
  readonly lead: Lead;
  /** Does `part` in each term, and in the one that is under way, until `signal` aborts. Rejects with what it rejects with. */
  inEach(part: Lead, signal: AbortSignal): Promise<void>;
}

export function createLeadTerms(): LeadTerms {
  const busy = new Set<Promise<unknown>>();
  let term: AbortSignal | undefined;
  let begun = Promise.withResolvers<void>();
  return {
    lead: async (signal) => {
      term = signal;
      begun.resolve();
      begun = Promise.withResolvers();
      await untilAborted(signal);
      term = undefined;
      await Promise.allSettled(busy);
    },
    inEach: async (part, signal) => {
      while (!signal.aborted) {
        const next = begun.promise;
        if (term === undefined || term.aborted) {
          await Promise.race([next, untilAborted(signal)]);
          continue;
        }
        const run = part(AbortSignal.any([term, signal]));
        busy.add(run);
        await run.finally(() => busy.delete(run));
      }
    },
  };
}
