import type { Clock, SourceLog } from '../../source.ts';
import type { Sleep } from '../../with-deadline.ts';
import type { Candidate } from './candidate.ts';
import { createLeadTime } from './lead-time.ts';
import { type Lead, serveTerm, type TermOptions } from './term.ts';
import { createTry } from './try-to-hold.ts';

export interface ElectionTiming {
  /** A leader that has not renewed for so long leads no more; below what its Lease promises to others. */
  readonly renewDeadlineMs: number;
  /** Between renewals, and between looks of those who wait. */
  readonly retryPeriodMs: number;
}

export interface ElectionOptions {
  readonly identity: string;
  readonly candidate: Candidate;
  readonly timing: ElectionTiming;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly sleep: Sleep;
  /** 0 up to 1. */
  readonly random: () => number;
  readonly log: SourceLog;
}

/** One replica's part in choosing which of them leads. */
export interface Election {
  /** Whether this one leads, at this moment of its own clock. */
  leads(): boolean;
  /** Who leads, as last seen. */
  leader(): string | undefined;
  /** Stands for the lead until `signal` aborts, and then gives it back. Rejects with what a lead failed with. */
  run(lead: Lead, signal: AbortSignal): Promise<void>;
}

/** Those who wait look again after one to so many more periods, so that they do not look all at once. */
const JITTER = 1.2;

/**
 * Chooses a leader by a Lease, as client-go's leaderelection does. What a leader may do ends `renewDeadlineMs` after the
 * last renewal was *sent*; what others wait begins when they *saw* it. So no two lead, however long requests take and
 * wherever their clocks stand, as long as these run at about the same speed.
 */
export function createElection(options: ElectionOptions): Election {
  const { identity, candidate, timing, clock, sleep, log } = options;
  const { renewDeadlineMs, retryPeriodMs } = timing;
  const time = createLeadTime(renewDeadlineMs, clock);
  /** Two calls must fit into the deadline: the first may hang on a connection that is dead. */
  const callMs = renewDeadlineMs / 2;
  const tryToHold = createTry(options);
  const term: TermOptions = { ...options, tryToHold, time, retryPeriodMs, callMs };

  const leader = (): string | undefined => {
    const holder = candidate.holder();
    // Its own name in a Lease that it could not renew makes nobody a leader.
    return holder === identity && !time.isRunning() ? undefined : holder;
  };
  return {
    leads: time.isRunning,
    leader,
    async run(lead, signal) {
      const sayStandby = createStandbyLog(log);
      while (!signal.aborted) {
        const sentAtMs = clock.monotonicMs();
        if (await tryToHold(callMs, signal)) time.renew(sentAtMs);
        if (time.isRunning()) await serveTerm(term, lead, signal);
        else {
          sayStandby(leader());
          await sleep(pauseMs(options), signal);
        }
      }
    },
  };
}

/** Says who leads instead, once for each of them. */
function createStandbyLog(log: SourceLog): (leader: string | undefined) => void {
  let said: string | undefined;
  return (leader) => {
    if (leader === undefined || leader === said) return;
    said = leader;
    log.info({ leader }, 'standing by');
  };
}

/** Until the next look: not beyond the moment at which the Lease runs out. */
function pauseMs({ candidate, timing, random }: ElectionOptions): number {
  const retryMs = timing.retryPeriodMs * (1 + JITTER * random());
  const freeInMs = candidate.freeInMs();
  return freeInMs > 0 ? Math.min(retryMs, Math.ceil(freeInMs)) : retryMs;
}
