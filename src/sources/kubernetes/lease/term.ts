import type { Clock, SourceLog } from '../../source.ts';
import { type Sleep, withDeadline } from '../../with-deadline.ts';
import type { Candidate } from './candidate.ts';
import type { LeadTime } from './lead-time.ts';

/** What a leader does, until the signal aborts. To return before is a failure. */
export type Lead = (signal: AbortSignal) => Promise<void>;

export interface TermOptions {
  readonly identity: string;
  readonly candidate: Candidate;
  /** One try to hold the Lease, within so long. */
  readonly tryToHold: (limitMs: number, signal: AbortSignal) => Promise<boolean>;
  /** Runs when the term begins, and not when it has ended. */
  readonly time: LeadTime;
  /** Between renewals. */
  readonly retryPeriodMs: number;
  /** Longest call. */
  readonly callMs: number;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly sleep: Sleep;
  readonly log: SourceLog;
}

/**
 * One term: leads and renews, until either ends or `outer` aborts; then gives the Lease back, where it is still its own.
 * Rejects with what the lead failed with.
 */
export async function serveTerm(options: TermOptions, lead: Lead, outer: AbortSignal): Promise<void> {
  const term = new AbortController();
  const signal = AbortSignal.any([outer, term.signal]);
  const end = (): void => term.abort();
  options.log.info({ identity: options.identity }, 'leading');
  const [led] = await Promise.allSettled([
    whole(lead, signal).finally(end),
    keepRenewing(options, signal).finally(end),
  ]);
  await giveBack(options);
  if (led.status === 'rejected') throw led.reason;
}

async function whole(lead: Lead, signal: AbortSignal): Promise<void> {
  await lead(signal);
  if (!signal.aborted) throw new Error('what the leader does ended before its lead');
}

async function keepRenewing(options: TermOptions, signal: AbortSignal): Promise<void> {
  const { time, retryPeriodMs, sleep } = options;
  while (!signal.aborted && time.isRunning()) {
    await sleep(Math.min(retryPeriodMs, time.leftMs()), signal);
    if (!signal.aborted && time.isRunning()) await renew(options, signal);
  }
}

async function renew(options: TermOptions, signal: AbortSignal): Promise<void> {
  const { identity, candidate, tryToHold, time, callMs, clock } = options;
  const sentAtMs = clock.monotonicMs();
  if (await tryToHold(Math.min(callMs, time.leftMs()), signal)) time.renew(sentAtMs);
  else if (candidate.holder() !== identity) time.end();
}

async function giveBack({ candidate, time, callMs, sleep, log }: TermOptions): Promise<void> {
  const isOurs = time.isRunning();
  // Before anybody else can know: from here on nothing of the mesh is exposed.
  time.end();
  log.info({ leader: candidate.holder() }, isOurs ? 'giving the lead back' : 'lost the lead');
  if (!isOurs) return;
  const signal = new AbortController().signal;
  const giving = { what: 'giving the Lease back', afterMs: callMs, signal, sleep };
  await withDeadline(giving, candidate.release).catch((err: unknown) => {
    log.warn({ err }, 'the Lease could not be given back; others wait until it runs out');
  });
}
