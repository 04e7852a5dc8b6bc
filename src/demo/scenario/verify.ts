import { pollsOf, sweepsOf } from '../exporter/observer.ts';
import type { Scrape } from '../exporter/scrape.ts';
import type { Watcher } from '../exporter/watcher.ts';
import type { Expectation } from './expectation.ts';
import { createStandstill } from './standstill.ts';

/** Whether the exporter came to say what it should. */
export interface Sighting {
  readonly seen: boolean;
  /** Polls of istiod completed meanwhile. */
  readonly polls: number;
  readonly afterMs: number;
  /** What it did not come to say. */
  readonly missed: readonly string[];
  /** Completed polls when the looking began. */
  readonly from: number;
}

/** The polls in which a change must show. */
export const POLLS_ALLOWED = 2;

/**
 * Objects and log lines do not come with polls of istiod: the exporter publishes either at most once a second. Where
 * two polls are shorter than this, which needs a speed above 2, they get this long, and as many sweeps through the logs
 * as an exporter makes in this time that the machine does not keep waiting.
 */
const OWN_PACE_MS: Readonly<Record<Expectation['by'], number>> = {
  istiod: 0,
  kubernetes: 3000,
  // Lines pass through the logs of several proxies; where the machine has much else to do, that took five seconds.
  logs: 8000,
  // A share is judged by a minute of requests, at any speed, and what is mended by those that came after.
  ladder: 120_000,
  // Envoys are looked into one after the other, and a look is told after a poll that shows that it holds; where the
  // machine has much else to do, that was seen to take 36 s.
  envoy: 90_000,
  // Rules wait, and notifications are sent in groups.
  outside: 150_000,
};

export interface VerifyOptions {
  readonly watcher: Watcher;
  /** What was said before the incident. */
  readonly before: Scrape;
  readonly expects: readonly Expectation[];
  /** Time beside the polls, for a program that has just started. */
  readonly graceMs?: number;
  /** How long a poll may take: an exporter that has completed none for this long is not waited for any longer. */
  readonly patienceMs: number;
}

const SWEEP_MS = 1000;

/** Looks until everything expected holds at once, or the polls allowed are over. */
export async function verify({ watcher, before, expects, graceMs = 0, patienceMs }: VerifyOptions): Promise<Sighting> {
  const startedMs = performance.now();
  const allowedMs = Math.max(graceMs, ...expects.map(({ by }) => OWN_PACE_MS[by]));
  let now = await watcher.next();
  const from = pollsOf(now);
  const progressOf = createProgress(now, patienceMs);
  for (;;) {
    const evidence = { now, before };
    const { polls, sweptMs, stalled: isStalled } = progressOf(now);
    const afterMs = performance.now() - startedMs;
    const open = expects.filter((expectation) => !expectation.holds(evidence));
    // A poll that was under way at the change may have asked before it, so it is not one of the two.
    const over = polls > POLLS_ALLOWED && Math.min(afterMs, sweptMs) >= allowedMs;
    const stalled = isStalled && afterMs >= allowedMs;
    if (open.length === 0 || over || stalled) {
      const missed = open.map((expectation) => `${expectation.text}; it says ${expectation.actual(evidence)}`);
      if (stalled && !over) missed.push(`polls of istiod completed in ${Math.round(afterMs / 1000)} s: ${polls}`);
      return { seen: open.length === 0, polls, afterMs, missed, from };
    }
    now = await watcher.next();
  }
}

interface Progress {
  readonly polls: number;
  /** How long an exporter that nothing keeps waiting takes for the sweeps since then; one that sweeps no more: for ever. */
  readonly sweptMs: number;
  readonly stalled: boolean;
}

/** How far the exporter has come since a scrape. */
function createProgress(first: Scrape, patienceMs: number): (now: Scrape) => Progress {
  const [pollsStoodMs, sweepsStoodMs] = [createStandstill(), createStandstill()];
  return (now) => {
    const polls = pollsOf(now) - pollsOf(first);
    const sweeps = sweepsOf(now) - sweepsOf(first);
    return {
      polls,
      sweptMs: sweepsStoodMs(sweeps) > patienceMs ? Number.POSITIVE_INFINITY : sweeps * SWEEP_MS,
      stalled: pollsStoodMs(polls) > patienceMs,
    };
  };
}

/** Waits until the exporter has completed two polls since then, or has had enough time for them. */
export async function untilPolled(watcher: Watcher, { from }: Sighting, patienceMs: number): Promise<void> {
  const untilMs = performance.now() + patienceMs;
  while (pollsOf(await watcher.next()) - from < POLLS_ALLOWED && performance.now() < untilMs);
}
