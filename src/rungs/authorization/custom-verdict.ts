import { keyOfObject, objectKey } from '../../model/cluster.ts';
import type { DescribedRequest } from '../../model/described-request.ts';
import type { AuthorizationMesh } from './attribute.ts';
import { doubtOf, PASS, type Step, titled, type Verdict } from './decision.ts';
import type { AuthorizationPolicy } from './policy.ts';

export interface CustomSetting {
  readonly mesh: AuthorizationMesh;
  readonly protocol: DescribedRequest['protocol'];
}

/**
 * CUSTOM policies ask an external authorizer about what they match, also in a dry run. Without the authorizer that they
 * name, they deny it (Istio pilot/pkg/security/authz/builder).
 */
export function customVerdict(
  policies: readonly AuthorizationPolicy[],
  steps: readonly Step[],
  { mesh: { authorizers }, protocol }: CustomSetting,
): Verdict {
  const providers = new Map(
    policies.filter(({ action }) => action === 'CUSTOM').map((policy) => [keyOfObject(policy), policy.provider]),
  );
  const providerOf = (step: Step): string => providers.get(objectKey(step.policyNamespace, step.policy)) ?? '';
  // An authorizer that speaks HTTP only is not asked about TCP.
  const asked = steps.filter(
    (step) => step.action === 'CUSTOM' && !(protocol === 'tcp' && authorizers?.get(providerOf(step))?.tcp === false),
  );
  const matching = asked.filter(({ outcome }) => outcome === 'yes');
  const [first] = matching;
  if (first === undefined) return doubtOf(asked, 'may ask its external authorizer') ?? PASS;
  const names = [...new Set(providers.values())];
  if (names.length > 1) return severalProviders(first, names);
  const isMissing = authorizers !== undefined && !authorizers.has(providerOf(first));
  if (!isMissing) {
    return {
      kind: 'unknown',
      reason: `${titled(first)} matches: external authorizer ${providerOf(first)} decides`,
      needs: [],
    };
  }
  const denying = matching.find(({ dryRun }) => !dryRun);
  if (denying === undefined) return PASS;
  const why = `meshConfig.extensionProviders has no authorizer ${providerOf(denying) || '(none is named)'}, so all it matches is denied`;
  return { kind: 'deny', reason: `${titled(denying)} matches, and ${why}`, by: denying };
}

/** Whether istiod was started with the setting that allows it, no object tells. */
function severalProviders(step: Step, names: readonly string[]): Verdict {
  const reason =
    `${titled(step)} matches, and this workload has CUSTOM policies of several providers (${names.join(', ')}): ` +
    'Istio denies what they match unless PILOT_ENABLE_MULTIPLE_CUSTOM_AUTHZ_PROVIDERS is set';
  return { kind: 'unknown', reason, needs: [] };
}
