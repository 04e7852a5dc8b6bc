import type { Steps } from '../model/steps.ts';
import { createBreather } from '../sources/breathe.ts';

/** Does the work piece by piece; others have their turn in between. */
export async function inTurns<T>(steps: Steps<T>): Promise<T> {
  const breathe = createBreather();
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
    await breathe();
  }
}
