import { firstOf, shellWord } from '../../wording.ts';
import type { Cause } from './cause.ts';

/** Callers that do not hold what istiod sends: nothing that is declared can be in force in them. */
export const staleCallers: Cause = {
  id: 'stale-callers',
  what: "Callers' proxies are STALE or missing",
  sign: 'rung 1 or 2 is not passed for proxies that send the requests',
  mend: 'mend rung 1 or 2 first; the rule itself may be sound',
  find({ behind }) {
    const [first] = behind;
    if (first === undefined) return undefined;
    const [pod = ''] = first.split(' ');
    return {
      isCertain: false,
      text: `${firstOf(behind)}: it holds old configuration`,
      evidence: [],
      mend: staleCallers.mend,
      next: `meshladder check ${shellWord(pod)}`,
    };
  },
};
