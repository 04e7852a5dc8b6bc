import type { IstiodAccess } from '../../model/control-plane.ts';
import type { SourceError } from '../../model/source-error.ts';
import type { SyncAnswer } from './answer-rows.ts';
import { reasonOf } from './ask.ts';
import type { IstiodTarget } from './discover.ts';

/** One question to one istiod. */
export interface Question {
  readonly target: IstiodTarget;
  readonly token: string | undefined;
  readonly signal: AbortSignal;
}

/** One way to ask istiods. */
export interface Way {
  /** How it is called, as far as it is known how this istiod is reached. */
  kind(target: IstiodTarget): IstiodAccess;
  /** @throws AskError with the bounded reason; the signal's own reason where the caller gave up */
  sync(question: Question): Promise<SyncAnswer>;
  /** istiod's own version, where it says. */
  version(question: Question): Promise<string | undefined>;
  /** Those not among them are gone. */
  keep?(targets: readonly IstiodTarget[]): void;
}

/** What came of a question. */
export type Asked = {
  readonly access: IstiodAccess;
  /** Why it is not asked over HTTP, where it might be. */
  readonly httpError?: SourceError;
} & ({ readonly answer: SyncAnswer; readonly error?: undefined } | { readonly error: SourceError });

/** Asks istiods, each in the way that works for it. Who opened the ways closes them (`Ways.close`). */
export interface Access {
  /** How an istiod would be asked now. */
  kind(target: IstiodTarget): IstiodAccess;
  /** Ends within the deadline of each way it takes. @throws the signal's own reason where the caller gave up, nothing else */
  ask(question: Question): Promise<Asked>;
  /** Asked of one that has just answered, and in the same way. */
  version(question: Question): Promise<string | undefined>;
  /** Those not among them are forgotten: how they were asked, and connections to them. */
  keep(targets: readonly IstiodTarget[]): void;
}

/** There is but one way. */
export function onlyWay(way: Way): Access {
  return {
    kind: (target) => way.kind(target),
    ask: (question) => askBy(way, question).then(askedOf),
    version: (question) => way.version(question),
    keep: (targets) => way.keep?.(targets),
  };
}

/** What one way came to. */
export type Tried =
  | { readonly access: IstiodAccess; readonly answer: SyncAnswer }
  | { readonly access: IstiodAccess; readonly error: SourceError; readonly cause: unknown };

/** @throws the signal's own reason where the caller gave up */
export async function askBy(way: Way, question: Question): Promise<Tried> {
  try {
    const answer = await way.sync(question);
    return { access: way.kind(question.target), answer };
  } catch (cause) {
    question.signal.throwIfAborted();
    return { access: way.kind(question.target), error: reasonOf(cause), cause };
  }
}

function askedOf(tried: Tried): Asked {
  return 'answer' in tried ? tried : { access: tried.access, error: tried.error };
}
