import { type Body, named } from './body.ts';
import type { AuthorizationPolicySpec, AuthorizationRule } from './istio-specs.ts';
import type { MeshView, ViewObject, ViewPod } from './mesh-view.ts';
import { selects } from './mesh-view.ts';

type Policy = ViewObject<AuthorizationPolicySpec>;
export type RbacLayer = 'http' | 'tcp';

const ROOT = 'istio-system';

/** The filters that AuthorizationPolicies make of a pod's inbound side: what denies comes first. */
export function rbacFilters(view: MeshView, pod: ViewPod, layer: RbacLayer): readonly Body[] {
  const policies = view
    .objects<AuthorizationPolicySpec>('AuthorizationPolicy')
    .filter(({ namespace }) => namespace === pod.namespace || namespace === ROOT)
    .filter(({ spec }) => selects(spec.selector?.matchLabels, pod.labels));
  return (['DENY', 'ALLOW'] as const).flatMap((action) => {
    const of = policies.filter(({ spec }) => (spec.action ?? 'ALLOW') === action);
    return of.length === 0 ? [] : [filter(of, action, layer)];
  });
}

function filter(policies: readonly Policy[], action: 'ALLOW' | 'DENY', layer: RbacLayer): Body {
  const rules = policies.flatMap((policy) =>
    (policy.spec.rules ?? []).flatMap((rule, index) => {
      const key = `ns[${policy.namespace}]-policy[${policy.name}]-rule[${index}]`;
      const body = ruleBody(rule, action, layer);
      return body === undefined ? [] : [[key, body] as const];
    }),
  );
  const body = {
    rules: {
      ...(action === 'DENY' && { action }),
      ...(rules.length > 0 && { policies: Object.fromEntries(rules) }),
    },
    ...(layer === 'tcp' && { stat_prefix: 'tcp.' }),
    shadow_rules_stat_prefix: 'istio_dry_run_allow_',
  };
  return layer === 'http'
    ? named('envoy.filters.http.rbac', 'envoy.extensions.filters.http.rbac.v3.RBAC', body)
    : named('envoy.filters.network.rbac', 'envoy.extensions.filters.network.rbac.v3.RBAC', body);
}

/** What speaks of HTTP allows nothing of plain TCP, and denies all of it (Istio, Authorization Policy). */
function ruleBody({ from = [], to = [] }: AuthorizationRule, action: string, layer: RbacLayer): Body | undefined {
  const speaksHttp = to.some(({ operation }) => operation?.methods !== undefined || operation?.paths !== undefined);
  if (layer === 'tcp' && speaksHttp && action === 'ALLOW') return undefined;
  const permissions = to.map(({ operation = {} }) => [
    ...some('rules', layer === 'tcp' ? [] : (operation.methods ?? []).map(method)),
    ...some('rules', layer === 'tcp' ? [] : (operation.paths ?? []).map(urlPath)),
    ...some(
      'rules',
      (operation.ports ?? []).map((port) => ({ destination_port: Number(port) })),
    ),
  ]);
  const principals = from.map(({ source = {} }) => [
    ...some('ids', (source.principals ?? []).map(principal)),
    ...some('ids', (source.namespaces ?? []).map(namespaceOf)),
  ]);
  return {
    permissions: all(permissions).map((rules) => ({ and_rules: { rules } })),
    principals: all(principals).map((ids) => ({ and_ids: { ids } })),
  };
}

/** None of them: anything. */
function all(alternatives: readonly (readonly Body[])[]): readonly (readonly Body[])[] {
  const any = [{ any: true }];
  return alternatives.length === 0 ? [any] : alternatives.map((each) => (each.length === 0 ? any : each));
}

function some(word: 'rules' | 'ids', alternatives: readonly Body[]): readonly Body[] {
  return alternatives.length === 0 ? [] : [{ [`or_${word}`]: { [word]: alternatives } }];
}

function method(value: string): Body {
  return { header: { name: ':method', string_match: match(value) } };
}

function urlPath(value: string): Body {
  return { url_path: { path: match(value) } };
}

function principal(value: string): Body {
  const whole = value.startsWith('*') ? match(value) : match(`spiffe://${value}`);
  return { authenticated: { principal_name: whole } };
}

function namespaceOf(value: string): Body {
  return { authenticated: { principal_name: { safe_regex: { regex: `.*/ns/${value}/.*` } } } };
}

function match(value: string): Body {
  if (value === '*') return { safe_regex: { regex: '.+' } };
  if (value.endsWith('*')) return { prefix: value.slice(0, -1) };
  return value.startsWith('*') ? { suffix: value.slice(1) } : { exact: value };
}
