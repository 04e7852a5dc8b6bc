import { setTimeout as sleep } from 'node:timers/promises';
import { sweepsOf } from '../exporter/observer.ts';
import { growthOf, type Scrape, sumOf } from '../exporter/scrape.ts';
import type { Watcher } from '../exporter/watcher.ts';
import { FLAGS } from '../traffic/faults.ts';
import type { Traffic } from '../traffic/traffic.ts';
import { createStandstill } from './standstill.ts';

/** What the whole run must have come to. */
export interface Accounts {
  /** What did not happen, in whole sentences; empty when all is well. */
  readonly missed: readonly string[];
  readonly linesWritten: number;
  readonly linesCounted: number;
}

export interface AccountsOptions {
  readonly traffic: Traffic;
  readonly watcher: Watcher;
  /** What was said before traffic began. */
  readonly before: Scrape;
  /** Lines written since then. */
  readonly written: () => number;
  /** Whether every kind of fault is in the traffic. */
  readonly faults: boolean;
  readonly signal: AbortSignal;
}

/** The exporter looks at its files about once a second: what it counts nothing of in so many looks, it will not count. */
const SWEEPS_PATIENCE = 10;
/** One that looks no more is not waited for longer than this. */
const PATIENCE_MS = 60_000;
const ROUND_PATIENCE_MS = 60_000;
const LINES = 'meshladder_access_log_lines_total';

/** Ends the traffic, once every fault has come round, and compares what was written with what was counted. */
export async function settleAccounts(options: AccountsOptions): Promise<Accounts> {
  const { traffic, watcher, before, written, faults, signal } = options;
  const untilMs = performance.now() + ROUND_PATIENCE_MS;
  while (faults && traffic.rounds() < 1 && performance.now() < untilMs) await sleep(50, undefined, { signal });
  traffic.stop();
  const counted = (now: Scrape): number =>
    ['access', 'proxy_log', 'other', 'unparsed'].reduce(
      (sum, result) => sum + (growthOf(now, before, LINES, { result }) ?? 0),
      0,
    );
  const now = await settled(watcher, counted, written());
  return {
    missed: [...lines(written(), counted(now)), ...unparsed(now, before), ...(faults ? flags(now) : [])],
    linesWritten: written(),
    linesCounted: counted(now),
  };
}

/** The first scrape in which everything is counted, or the last one of an exporter that counts no more. */
async function settled(watcher: Watcher, counted: (now: Scrape) => number, written: number): Promise<Scrape> {
  const stoodMs = createStandstill();
  let now = await watcher.next();
  for (let grown = now; counted(now) !== written; now = await watcher.next()) {
    if (counted(now) !== counted(grown)) grown = now;
    if (sweepsOf(now) - sweepsOf(grown) > SWEEPS_PATIENCE || stoodMs(counted(now)) > PATIENCE_MS) return now;
  }
  return now;
}

function lines(written: number, counted: number): string[] {
  return written === counted ? [] : [`of ${written} log lines written, ${counted} were counted`];
}

function unparsed(now: Scrape, before: Scrape): string[] {
  const count = growthOf(now, before, LINES, { result: 'unparsed' }) ?? 0;
  return count === 0 ? [] : [`${count} log lines were not understood`];
}

function flags(now: Scrape): string[] {
  const absent = FLAGS.filter((flag) => !sumOf(now, 'meshladder_response_flags_total', { flag }));
  return absent.length === 0 ? [] : [`no request was counted with the flags ${absent.join(', ')}`];
}
