import type { RequestField } from '../../model/described-request.ts';

/** Whether something matches; `unknown` where the answer hangs on what nobody has told. */
export type Outcome = 'yes' | 'no' | 'unknown';

/** An outcome, why in a few plain words, and what would have to be known for a surer one. */
export interface Answer {
  readonly outcome: Outcome;
  readonly why: string;
  readonly needs: readonly RequestField[];
}

export function not(outcome: Outcome): Outcome {
  return outcome === 'unknown' ? outcome : outcome === 'yes' ? 'no' : 'yes';
}

/** One yes decides; with none, one unknown makes all unknown. */
export function any(outcomes: Iterable<Outcome>): Outcome {
  let result: Outcome = 'no';
  for (const outcome of outcomes) {
    if (outcome === 'yes') return 'yes';
    if (outcome === 'unknown') result = 'unknown';
  }
  return result;
}

/** All must hold: the first that does not, else all that are unknown, else all. */
export function allOf(answers: readonly Answer[], whenNone: string): Answer {
  const failed = answers.find(({ outcome }) => outcome === 'no');
  if (failed !== undefined) return failed;
  const unknown = answers.filter(({ outcome }) => outcome === 'unknown');
  if (unknown.length > 0) return joined('unknown', unknown);
  return answers.length === 0 ? { outcome: 'yes', why: whenNone, needs: [] } : joined('yes', answers);
}

/** One must hold: the first that does, else all that are unknown, else all. */
export function anyOf(answers: readonly Answer[]): Answer {
  const matching = answers.find(({ outcome }) => outcome === 'yes');
  if (matching !== undefined) return matching;
  const unknown = answers.filter(({ outcome }) => outcome === 'unknown');
  return unknown.length > 0 ? joined('unknown', unknown) : joined('no', answers);
}

/** A policy may list hundreds. */
const MOST_REASONS = 4;

function joined(outcome: Outcome, answers: readonly Answer[]): Answer {
  const reasons = [...new Set(answers.map(({ why }) => why).filter((why) => why !== ''))];
  const shown = reasons.slice(0, MOST_REASONS);
  const rest = reasons.length - shown.length;
  return {
    outcome,
    why: rest > 0 ? `${shown.join('; ')}; and ${rest} more` : shown.join('; '),
    needs: [...new Set(answers.flatMap(({ needs }) => needs))],
  };
}
