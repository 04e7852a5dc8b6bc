import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Patience {
  /** What is waited for, as the failure names it. */
  readonly what: string;
  /** Default: ten seconds. */
  readonly withinMs?: number;
}

const ASK_EVERY_MS = 10;

/** Asks again until it holds. @throws AssertionError when it does not in time */
export async function until(
  holds: () => boolean | Promise<boolean>,
  { what, withinMs = 10_000 }: Patience,
): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await holds())) {
    assert.ok(performance.now() < deadline, `not within ${withinMs} ms: ${what}`);
    await sleep(ASK_EVERY_MS);
  }
}
