import type { RequestShape } from '../../model/traffic.ts';
import type { RawRequest } from './raw-request.ts';

type Denial = NonNullable<RequestShape['denial']>;

/** Envoy's RBAC filters begin so, over HTTP and TCP. */
const DENIED = /^rbac_access_denied(?:_matched_policy\[(.*)\])?$/;
/** What Istio calls its policies (pilot/pkg/security/authz/builder): `ns[shop]-policy[deny-all]-rule[0]`. */
const ISTIO_POLICY = /^ns\[([a-z0-9][a-z0-9.-]{0,252})\]-policy\[([a-z0-9][a-z0-9.-]{0,252})\]-rule\[(\d{1,5})\]$/;

/** There are ALLOW policies, and none matched. */
const NO_ALLOW: Denial = Object.freeze({ policyNamespace: '', policy: 'none', rule: '' });
/** Denied by something that is no AuthorizationPolicy of Istio's, such as an RBAC filter of an EnvoyFilter. */
const UNKNOWN: Denial = Object.freeze({ policyNamespace: '', policy: 'unknown', rule: '' });

/**
 * Which AuthorizationPolicy denied the request: it stands in the details over HTTP, in the termination details over TCP.
 * It sets no flag (Envoy source/extensions/filters/http/rbac/rbac_filter.cc), and the caller's own proxy logs a 403
 * `via_upstream`.
 */
export function denialOf(raw: Pick<RawRequest, 'details' | 'terminationDetails'>): Denial | undefined {
  const match = DENIED.exec(raw.details) ?? DENIED.exec(raw.terminationDetails);
  if (match === null) return undefined;
  const [, name = ''] = match;
  if (name === 'none') return NO_ALLOW;
  const [, policyNamespace, policy, rule] = ISTIO_POLICY.exec(name) ?? [];
  if (policyNamespace === undefined || policy === undefined || rule === undefined) return UNKNOWN;
  return { policyNamespace, policy, rule };
}
