import type { RequestShape } from '../../model/traffic.ts';
import type { RawRequest } from './raw-request.ts';

/** `…[ns[shop]-policy[deny-all]-rule[0]]`, or `…[none]` when no ALLOW policy matched (`istio.md` §4.1, §7.6). */
const MATCHED = /rbac_access_denied_matched_policy\[(?:none|ns\[([^\]]*)\]-policy\[([^\]]*)\]-rule\[([^\]]*)\])\]/;
const NAME = /^[a-z0-9.-]{1,253}$/;

/** Which AuthorizationPolicy denied the request: in the details over HTTP, in the termination details over TCP. */
export function denialOf(raw: Pick<RawRequest, 'details' | 'terminationDetails'>): RequestShape['denial'] {
  const match = MATCHED.exec(raw.details) ?? MATCHED.exec(raw.terminationDetails);
  if (match === null) return undefined;
  const [, policyNamespace = '', policy = 'none', rule = ''] = match;
  const isNamed = NAME.test(policyNamespace) && NAME.test(policy) && /^\d{1,5}$/.test(rule);
  return isNamed ? { policyNamespace, policy, rule } : { policyNamespace: '', policy: 'none', rule: '' };
}
