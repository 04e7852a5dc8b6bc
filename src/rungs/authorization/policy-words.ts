import type { RequestShape } from '../../model/traffic.ts';
import { shellWord } from '../wording.ts';

/** Who denied. Without a namespace it is no policy that one could look up: `none` of the ALLOW policies matched, or `unknown`. */
export type Denier = NonNullable<RequestShape['denial']>;

/** `AuthorizationPolicy shop/readers`; of no policy what it is instead. */
export function denierText({ policyNamespace, policy }: Denier): string {
  if (policyNamespace !== '') return `AuthorizationPolicy ${policyNamespace}/${policy}`;
  return policy === 'none' ? 'no ALLOW policy that matched' : 'an RBAC filter that is no AuthorizationPolicy';
}

/** `AuthorizationPolicy shop/readers, rule 0`. */
export function denierRuleText(denier: Denier): string {
  return `${denierText(denier)}${denier.rule === '' ? '' : `, rule ${denier.rule}`}`;
}

/** A command that shows the policy; where none is named, those of the namespace of the proxy that denied. */
export function policyCommand({ policyNamespace, policy }: Denier, proxyNamespace: string): string {
  return policyNamespace === ''
    ? `kubectl -n ${shellWord(proxyNamespace)} get authorizationpolicies`
    : `kubectl -n ${shellWord(policyNamespace)} get authorizationpolicy ${shellWord(policy)} -o yaml`;
}
