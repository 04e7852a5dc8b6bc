import type { Command } from './format-template.ts';

/** Why a format cannot be used. The message names the place and the remedy. */
export interface FormatProblem {
  readonly kind: 'problem';
  /**
   * `syntax`: not a format. `missing_flags`: it writes no response flags. `forgeable`: clients could write what is to be
   * counted. `touching`: nothing tells where an operator's value ends. `cut`: its length limit cuts what is to be counted.
   */
  readonly code: 'syntax' | 'missing_flags' | 'forgeable' | 'touching' | 'cut';
  readonly message: string;
}

export function formatProblem(code: FormatProblem['code'], message: string): FormatProblem {
  return { kind: 'problem', code, message };
}

export function missingFlags(): FormatProblem {
  return formatProblem('missing_flags', 'no response flags are written: add %RESPONSE_FLAGS%.');
}

/** What is cut may look like something else that is whole. */
export function cutProblem({ text, where, cutAt }: Command): FormatProblem {
  return formatProblem('cut', `${text} at ${where} cuts what is to be counted. Leave out the length, :${cutAt}.`);
}
