import type { DescribedRequest } from '../../model/described-request.ts';
import type { Decision } from './decision.ts';
import { type EvaluateOptions, evaluateRequest } from './evaluate-request.ts';
import type { AuthorizationPolicy } from './policy.ts';

/** Two to the power of this many worlds are looked at. */
const MOST_DOUBTFUL = 8;

/**
 * Decides where some policies may or may not apply: sure only if every combination of them gives the same answer.
 * @param isDoubtful those of which nobody knows
 */
export function decideWithDoubts(
  policies: readonly AuthorizationPolicy[],
  isDoubtful: (policy: AuthorizationPolicy) => boolean,
  request: DescribedRequest,
  options: EvaluateOptions,
): Decision {
  const all = evaluateRequest(policies, request, options);
  const doubtful = policies.filter(isDoubtful);
  if (doubtful.length === 0) return all;
  const certain = policies.filter((policy) => !isDoubtful(policy));
  const worlds = doubtful.length > MOST_DOUBTFUL ? undefined : combinations(doubtful);
  const agree = worlds?.every(
    (some) => evaluateRequest([...certain, ...some], request, options).decision === all.decision,
  );
  if (agree === true) return all;
  const [first] = doubtful;
  const others = doubtful.length === 1 ? '' : ` and ${doubtful.length - 1} more`;
  const reason = `it hangs on whether policy ${first?.namespace}/${first?.name}${others} selects the pod, whose labels are not known`;
  return { decision: 'unknown', reason, needs: ['labels'], steps: all.steps };
}

function combinations<T>(items: readonly T[]): readonly (readonly T[])[] {
  let all: readonly (readonly T[])[] = [[]];
  for (const item of items) all = all.flatMap((some) => [some, [...some, item]]);
  return all;
}
