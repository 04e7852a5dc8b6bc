import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';

export interface Patience {
  /** Default: half a minute, which only a failure takes; a machine with much else to do may need some of it. */
  readonly withinMs?: number;
  /** Default: 10 ms. */
  readonly everyMs?: number;
}

/**
 * Asks again until the answer satisfies. @returns that answer; @throws AssertionError with the last one when none does in time
 * @param what is waited for, as the failure names it
 */
export async function until<T>(
  ask: () => T | Promise<T>,
  satisfies: (answer: T) => boolean,
  what: string,
  { withinMs = 30_000, everyMs = 10 }: Patience = {},
): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (satisfies(answer)) return answer;
    if (performance.now() > deadline) assert.fail(`not within ${withinMs} ms: ${what}; last: ${inspect(answer)}`);
    await sleep(everyMs);
  }
}
