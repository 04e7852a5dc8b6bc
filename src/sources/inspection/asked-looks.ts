import type { EpochSeconds } from '../../model/brand.ts';
import type { SourceError } from '../../model/source-error.ts';
import type { LookOutcome } from './look.ts';
import type { InspectionTarget, Targets } from './targets.ts';

/** What became of a person's question. */
export type AskedAnswer<Diff> =
  | { readonly state: 'told'; readonly at: EpochSeconds; readonly diff: Diff }
  /** Envoy or istiod did not answer, or not in a way that can be read. */
  | { readonly state: 'failed'; readonly reason: SourceError }
  /** Another proxy is asked about just now. */
  | { readonly state: 'busy' }
  /** No look could begin for too long: too many were, or those who are asked are in trouble. */
  | { readonly state: 'rationed' }
  /** Nobody looks, or not any more. */
  | { readonly state: 'closed' };

/** Looks that persons ask for: one at a time, before all that fall due, and out of the same ration. */
export interface AskedLooks<Diff> {
  /** @param key `namespace/name`. Whoever asks for the same proxy gets the same answer, also for a while after it. */
  ask(key: string): Promise<AskedAnswer<Diff>>;
  /**
   * The proxy that is asked about and not looked into yet; `later`: a look into it is under way, and must end first. Gives up
   * one that has waited for too long, or is gone.
   */
  waiting(targets: Targets | undefined, underWay: Iterable<string>): InspectionTarget | 'later' | undefined;
  begun(): void;
  /** The look that was begun has ended. */
  ended(outcome: LookOutcome<Diff>, at: EpochSeconds): void;
  /** From now on somebody looks. */
  open(): void;
  close(): void;
}

/** Six looks a minute begin ten seconds apart. */
const WAIT_MS = 30_000;
/** A page that is loaded anew asks nobody anew. */
const KEEP_MS = 15_000;

interface Question<Diff> {
  readonly key: string;
  readonly answer: PromiseWithResolvers<AskedAnswer<Diff>>;
  readonly atMs: number;
  isBegun: boolean;
}

/** @param nowMs a clock that never jumps */
export function createAskedLooks<Diff>(nowMs: () => number): AskedLooks<Diff> {
  let isOpen = false;
  let current: Question<Diff> | undefined;
  let kept: { readonly key: string; readonly answer: AskedAnswer<Diff>; readonly atMs: number } | undefined;
  const finish = (answer: AskedAnswer<Diff>): void => {
    current?.answer.resolve(answer);
    current = undefined;
  };
  const giveUp = (targets: Targets | undefined): void => {
    if (current === undefined || current.isBegun) return;
    if (targets?.byKey.has(current.key) === false) finish(gone(current.key));
    else if (nowMs() - current.atMs > WAIT_MS) finish({ state: 'rationed' });
  };
  return {
    async ask(key) {
      if (!isOpen) return { state: 'closed' };
      if (kept?.key === key && nowMs() - kept.atMs < KEEP_MS) return kept.answer;
      if (current === undefined) {
        current = { key, answer: Promise.withResolvers(), atMs: nowMs(), isBegun: false };
      }
      return current.key === key ? current.answer.promise : { state: 'busy' };
    },
    waiting(targets, underWay) {
      giveUp(targets);
      if (current === undefined || current.isBegun) return undefined;
      const { key } = current;
      return [...underWay].includes(key) ? 'later' : targets?.byKey.get(key);
    },
    begun() {
      if (current !== undefined) current.isBegun = true;
    },
    ended(outcome, at) {
      const answer = answerOf(outcome, at);
      // A failure is not kept: it may be mended, and the ration holds.
      kept = current && answer.state === 'told' ? { key: current.key, answer, atMs: nowMs() } : undefined;
      finish(answer);
    },
    open() {
      isOpen = true;
    },
    close() {
      isOpen = false;
      finish({ state: 'closed' });
    },
  };
}

function answerOf<Diff>({ result, istiod }: LookOutcome<Diff>, at: EpochSeconds): AskedAnswer<Diff> {
  if ('failed' in result) return { state: 'failed', reason: result.failed.reason };
  if (result.diff !== undefined) return { state: 'told', at, diff: result.diff };
  return { state: 'failed', reason: istiod?.reason ?? LEFT_ALONE };
}

const LEFT_ALONE: SourceError = {
  code: 'refused',
  detail: 'an istiod did not answer the last question, and is left alone for a while',
};

function gone(key: string): AskedAnswer<never> {
  return { state: 'failed', reason: { code: 'not_found', detail: `${key} runs no Envoy any more` } };
}
