import type { AuthorizationQuestion } from '../../model/authorization-question.ts';
import { known } from '../../model/observed.ts';
import { applies, type PolicyTarget } from './policy-target.ts';
import { readAuthorizationPolicy } from './read-policy.ts';

const REQUEST_AUTHENTICATIONS = 'requestauthentications.security.istio.io';

/** Claims were given, and nothing here would ever read a token. */
export function tokenNote(
  { request, cluster, rootNamespace }: AuthorizationQuestion,
  target: PolicyTarget,
): readonly string[] {
  const objects = known(cluster.config[REQUEST_AUTHENTICATIONS] ?? { state: 'pending' });
  if (objects === undefined || request.claims === undefined || request.claims === null) return [];
  // Selectors and targets are written as in policies. Rules and actions they have none.
  const selecting = [...objects.values()].some((object) =>
    applies(readAuthorizationPolicy(object), target, rootNamespace),
  );
  return selecting
    ? []
    : ['no RequestAuthentication selects this workload: Istio reads no token, and its claims match nothing'];
}
