import type { DescribedRequest } from '../../model/described-request.ts';
import { compareText } from '../../model/text-order.ts';
import { type AuthorizationMesh, DEFAULT_MESH } from './attribute.ts';
import { customVerdict } from './custom-verdict.ts';
import { type Decision, doubtOf, PASS, type Step, titled, type Verdict } from './decision.ts';
import type { Answer } from './outcome.ts';
import { type Action, type AuthorizationPolicy, ruleName } from './policy.ts';
import { testRule } from './rule-test.ts';

export interface EvaluateOptions {
  readonly mesh?: AuthorizationMesh;
  /** A ztunnel, instead of an Envoy, asks the policies: no HTTP, no CUSTOM, no AUDIT. */
  readonly ztunnel?: boolean;
}

const ORDER: readonly Action[] = ['CUSTOM', 'AUDIT', 'DENY', 'ALLOW'];

/**
 * What the proxy of a workload does with a request: CUSTOM, then DENY, then ALLOW; within each, the rule whose name comes
 * first decides, as in Envoy. Neither the order of policies nor what does not bear on the answer makes a difference.
 * @param policies those that apply to the workload (`policiesFor`)
 */
export function evaluateRequest(
  policies: readonly AuthorizationPolicy[],
  request: DescribedRequest,
  options: EvaluateOptions = {},
): Decision {
  const mesh = options.mesh ?? DEFAULT_MESH;
  const asked = options.ztunnel === true ? policies.filter(({ action }) => isForZtunnel(action)) : policies;
  const reads = options.ztunnel === true ? 'ztunnel' : request.protocol;
  const steps = ORDER.flatMap((action) =>
    asked
      .filter((policy) => policy.action === action)
      .flatMap((policy) =>
        stepsOf(policy, (rule) => testRule(rule, { action, reads, mesh, policyNamespace: policy.namespace }, request)),
      )
      .toSorted((one, other) => compareText(nameOf(one), nameOf(other))),
  );
  const enforced = steps.filter(({ dryRun, action }) => !dryRun && action !== 'AUDIT');
  const custom = customVerdict(asked, steps, { mesh, protocol: request.protocol });
  return { ...decide(custom, denyVerdict(enforced), allowVerdict(enforced)), steps };
}

function isForZtunnel(action: Action): boolean {
  return action === 'ALLOW' || action === 'DENY';
}

function nameOf({ policyNamespace, policy, rule }: Step): string {
  return ruleName({ namespace: policyNamespace, name: policy }, rule ?? 0);
}

function stepsOf(policy: AuthorizationPolicy, test: (rule: AuthorizationPolicy['rules'][number]) => Answer): Step[] {
  const { action, namespace, name, dryRun, problem, rules } = policy;
  const about = { action, policyNamespace: namespace, policy: name, dryRun };
  if (problem !== undefined) {
    return [{ ...about, outcome: 'unknown', why: `the policy cannot be read: ${problem}`, needs: [] }];
  }
  if (rules.length === 0)
    return [{ ...about, outcome: 'no', why: 'the policy has no rules, so nothing matches', needs: [] }];
  return rules.map((rule) => ({ ...about, rule: rule.index, ...test(rule) }));
}

function decide(custom: Verdict, deny: Verdict, allow: Verdict): Omit<Decision, 'steps'> {
  const phases = [custom, deny, allow];
  const refused = phases.find(({ kind }) => kind === 'deny');
  // Denied is denied, whatever an earlier phase might have said.
  if (refused?.kind === 'deny') return { decision: 'deny', reason: refused.reason, by: denier(refused.by), needs: [] };
  const doubts = phases.filter((phase) => phase.kind === 'unknown');
  if (doubts.length > 0) {
    const needs = [...new Set(doubts.flatMap((doubt) => doubt.needs))];
    return { decision: 'unknown', reason: doubts.map(({ reason }) => reason).join('; '), needs };
  }
  if (allow.kind !== 'allow') return { decision: 'allow', reason: 'no policy stands in the way', needs: [] };
  const { reason, by } = allow;
  return { decision: 'allow', reason, needs: [], ...(by !== undefined && { by: denier(by) }) };
}

function denier(step: Step | undefined): NonNullable<Decision['by']> {
  if (step === undefined) return { policyNamespace: '', policy: 'none', rule: '' };
  return { policyNamespace: step.policyNamespace, policy: step.policy, rule: String(step.rule ?? 0) };
}

function denyVerdict(steps: readonly Step[]): Verdict {
  // A policy that cannot be read may be one.
  const asked = steps.filter(
    ({ action, rule, outcome }) => action === 'DENY' || (rule === undefined && outcome === 'unknown'),
  );
  const matching = asked.find(({ outcome }) => outcome === 'yes');
  if (matching !== undefined)
    return { kind: 'deny', reason: `${titled(matching)} denies it: ${matching.why}`, by: matching };
  return doubtOf(asked, 'may deny it') ?? PASS;
}

function allowVerdict(steps: readonly Step[]): Verdict {
  const asked = steps.filter(({ action }) => action === 'ALLOW');
  if (asked.length === 0) return { kind: 'allow', reason: 'no ALLOW policy applies here, and nothing denies it' };
  const matching = asked.find(({ outcome }) => outcome === 'yes');
  if (matching !== undefined)
    return { kind: 'allow', reason: `${titled(matching)} allows it: ${matching.why}`, by: matching };
  const doubt = doubtOf(asked, 'may allow it');
  if (doubt !== undefined) return doubt;
  return { kind: 'deny', reason: 'there are ALLOW policies here, and no rule of theirs matches' };
}
