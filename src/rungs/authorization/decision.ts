import type { RequestField } from '../../model/described-request.ts';
import type { Outcome } from './outcome.ts';
import type { Action } from './policy.ts';
import type { Denier } from './policy-words.ts';

/** What one rule, or a policy without any, has to do with a request. */
export interface Step {
  readonly action: Action;
  readonly policyNamespace: string;
  readonly policy: string;
  /** Absent for a policy that has no rules, or cannot be read. */
  readonly rule?: number;
  readonly outcome: Outcome;
  /** Dry run: told in statistics, decides nothing. */
  readonly dryRun: boolean;
  readonly why: string;
  readonly needs: readonly RequestField[];
}

export interface Decision {
  readonly decision: 'allow' | 'deny' | 'unknown';
  /** One sentence. */
  readonly reason: string;
  /** The rule that decides, as `meshladder_authorization_denials_total` names it; policy `none`: no ALLOW rule matched. */
  readonly by?: Denier;
  /** What to tell for a surer answer; empty where the answer is sure, or hangs on nothing one could tell. */
  readonly needs: readonly RequestField[];
  /** Every rule that was asked, in the proxy's order. */
  readonly steps: readonly Step[];
}

/** What one phase says; `pass` leaves it to the next. */
export type Verdict =
  | { readonly kind: 'pass' }
  | { readonly kind: 'allow' | 'deny'; readonly reason: string; readonly by?: Step }
  | { readonly kind: 'unknown'; readonly reason: string; readonly needs: readonly RequestField[] };

export const PASS: Verdict = { kind: 'pass' };

/** What is left open by steps that cannot be told. */
export function doubtOf(steps: readonly Step[], what: string): Verdict | undefined {
  const doubts = steps.filter(({ outcome }) => outcome === 'unknown');
  const [first] = doubts;
  if (first === undefined) return undefined;
  const others = doubts.length === 1 ? '' : ` (and ${doubts.length - 1} more)`;
  const needs = [...new Set(doubts.flatMap((doubt) => doubt.needs))];
  return { kind: 'unknown', reason: `${titled(first)}${others} ${what}: ${first.why}`, needs };
}

/** A rule as a person would look it up. */
export function titled({ action, policyNamespace, policy, rule }: Step): string {
  return `${action} policy ${policyNamespace}/${policy}${rule === undefined ? '' : ` rule ${rule}`}`;
}
