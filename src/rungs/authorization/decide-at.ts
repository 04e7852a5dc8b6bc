import type { AuthorizationQuestion } from '../../model/authorization-question.ts';
import type { DescribedRequest } from '../../model/described-request.ts';
import type { Labels, Pod } from '../../model/workload.ts';
import type { AuthorizationMesh } from './attribute.ts';
import type { Decision } from './decision.ts';
import { decideWithDoubts } from './doubtful-policies.ts';
import type { AuthorizationPolicy } from './policy.ts';
import { applies, type PolicyTarget } from './policy-target.ts';
import { waypointBefore } from './waypoint-before.ts';

/** Where policies are asked. */
export interface Place {
  readonly target: PolicyTarget;
  /** Absent where no object tells of it. */
  readonly pod: Pod | undefined;
  /** Absent where nobody told them. */
  readonly labels: Labels | undefined;
  readonly notes: readonly string[];
}

export interface AskedThere {
  readonly question: AuthorizationQuestion;
  readonly mesh: AuthorizationMesh;
  readonly request: DescribedRequest;
}

/** Asks the policies that apply at a place. */
export function decideAt(place: Place, all: readonly AuthorizationPolicy[], asked: AskedThere): Decision {
  const { target, labels } = place;
  // Without labels, nobody knows whom a selector means.
  const isDoubtful = ({ selector, targetRefs }: AuthorizationPolicy): boolean =>
    labels === undefined && targetRefs.length === 0 && Object.keys(selector ?? {}).length > 0;
  const policies = all.filter((policy) =>
    applies(isDoubtful(policy) ? { ...policy, selector: {} } : policy, target, asked.question.rootNamespace),
  );
  const { mesh, request } = asked;
  const ztunnel = target.enforcer === 'ztunnel';
  return waypointBefore(place, policies, asked) ?? decideWithDoubts(policies, isDoubtful, request, { mesh, ztunnel });
}
