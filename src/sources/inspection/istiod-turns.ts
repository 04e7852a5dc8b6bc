import { createRation } from './ration.ts';
import type { InspectionTarget } from './targets.ts';
import { explainFailure, type InspectionWay, rationOutcome } from './way.ts';

/** Whose turn it is to ask an istiod. */
export interface IstiodTurns {
  /**
   * Asks once all who came before have their answers.
   * @param isWanted a person wants the answer, also where the ladder would learn nothing from it
   * @returns undefined where it is not asked: of this proxy it need not be, or istiods are in trouble
   * @throws what `ask` throws
   */
  take<T>(target: InspectionTarget, isWanted: boolean, ask: () => Promise<T>): Promise<T | undefined>;
}

export interface IstiodTurnsOptions {
  readonly way: Pick<InspectionWay<unknown, unknown>, 'explain'>;
  /** False: none is ever asked. */
  readonly askIstiod: boolean;
  readonly nowMs: () => number;
  readonly random: () => number;
}

/** One question at a time, whichever istiod it is for: an answer costs a generation of all that a proxy gets. */
export function createIstiodTurns({ way, askIstiod, nowMs, random }: IstiodTurnsOptions): IstiodTurns {
  // How often is a matter of looks: each asks once.
  const ration = createRation({ perMinute: Number.POSITIVE_INFINITY, concurrency: 1, random });
  let last: Promise<unknown> = Promise.resolve();

  async function askNow<T>(ask: () => Promise<T>): Promise<T | undefined> {
    if (!ration.admits(nowMs())) return undefined;
    ration.start(nowMs());
    try {
      const answer = await ask();
      ration.end(nowMs(), 'ok');
      return answer;
    } catch (error) {
      ration.end(nowMs(), rationOutcome(explainFailure(way, error)));
      throw error;
    }
  }

  return {
    take(target, isWanted, ask) {
      if (!askIstiod || !(isWanted || isWorthIt(target))) return Promise.resolve(undefined);
      const mine = last.then(() => askNow(ask));
      last = mine.catch(() => undefined);
      return mine;
    },
  };
}

/** What it would send to a proxy that has rejected it is known without asking, and to one that no istiod lists, nothing. */
function isWorthIt({ verdict }: InspectionTarget): boolean {
  return verdict === 'synced' || verdict === 'stale';
}
