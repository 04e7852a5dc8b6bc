import type { LookFacts, Replicas } from '../../model/inspection.ts';
import type { SourceError } from '../../model/source-error.ts';
import { DeadlinePassed } from '../with-deadline.ts';
import type { RationOutcome } from './ration.ts';
import type { InspectionTarget } from './targets.ts';

/** A failure in the words of the ladder. */
export interface Explained {
  readonly reason: SourceError;
  /** Whoever was asked is in trouble or turns us away: it is asked less. Absent where it is only about this one proxy. */
  readonly slows?: true;
  /** How long it asks us to stay away. */
  readonly retryAfterMs?: number;
}

/**
 * How Envoys and istiods are asked. What they answer is of no concern here: it is only handed on to be cut down. What they
 * throw is explained; what cannot be is a bug of ours.
 */
export interface InspectionWay<Dump, Sent, Diff = unknown> {
  look(target: InspectionTarget, signal: AbortSignal): Promise<Dump>;
  /** What its istiod would send it. */
  sentTo(target: InspectionTarget, signal: AbortSignal): Promise<Sent>;
  /** @param sent undefined where istiod was not asked, or did not answer */
  reduce(answers: Answers<Dump, Sent>, signal: AbortSignal): Promise<Reduced<Diff>>;
  explain(error: unknown): Explained | undefined;
}

export interface Reduced<Diff> {
  readonly facts: LookFacts;
  /** Where it was wanted, and both sides could be read. */
  readonly diff?: Diff;
  /** Why what istiod answered could not be read. */
  readonly istiod?: SourceError;
}

export interface Answers<Dump, Sent> {
  readonly target: InspectionTarget;
  readonly dump: Dump;
  readonly sent: Sent | undefined;
  /** All of them, the target among them. */
  readonly siblings: Replicas;
  /** A person asks what differs, word by word; else the names of what differs are enough. */
  readonly wantsDiff: boolean;
}

/** Whoever takes too long is asked less, whatever it was. */
export function explainFailure(
  way: Pick<InspectionWay<unknown, unknown>, 'explain'>,
  error: unknown,
): Explained | undefined {
  return error instanceof DeadlinePassed ? { reason: error.reason, slows: true } : way.explain(error);
}

/** What a failure, or none, means to those who were asked. */
export function rationOutcome(failed: Explained | undefined): RationOutcome {
  return failed?.slows === true ? { retryAfterMs: failed.retryAfterMs ?? 0 } : 'ok';
}
