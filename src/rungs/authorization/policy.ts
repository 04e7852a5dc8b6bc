import type { Labels } from '../../model/workload.ts';

export const ACTIONS = ['CUSTOM', 'DENY', 'ALLOW', 'AUDIT'] as const;
/** In the order in which a proxy asks them, but for AUDIT, which only logs (Istio, "Authorization Policy"). */
export type Action = (typeof ACTIONS)[number];

/**
 * One condition: any of `values`, and none of `notValues`. `key` is Istio's name for a `when` condition; fields of
 * `source` and `operation` that have none are `request.host`, `request.method` and `request.path`.
 */
export interface Clause {
  readonly key: string;
  readonly values: readonly string[];
  readonly notValues: readonly string[];
}

/** Any of `from` (all of its clauses), and any of `to`, and all of `when`. Empty lists ask nothing. */
export interface Rule {
  /** Its place in the policy, as in `rule[0]` of Envoy's words. */
  readonly index: number;
  readonly from: readonly (readonly Clause[])[];
  readonly to: readonly (readonly Clause[])[];
  readonly when: readonly Clause[];
}

export interface TargetRef {
  readonly group: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
}

/** An AuthorizationPolicy as istiod reads it. */
export interface AuthorizationPolicy {
  readonly namespace: string;
  readonly name: string;
  readonly action: Action;
  /** Annotation `istio.io/dry-run`: evaluated, and told in statistics only. */
  readonly dryRun: boolean;
  /** Of a CUSTOM policy; `""` where none is named. */
  readonly provider: string;
  /** Absent: all workloads of the namespace, or of the mesh for the root namespace. */
  readonly selector?: Labels;
  readonly targetRefs: readonly TargetRef[];
  readonly rules: readonly Rule[];
  /** Why the object cannot be what it says: an API server with Istio's CRDs would have refused it. */
  readonly problem?: string;
}

/** The name of a rule in Envoy's configuration, details and statistics. */
export function ruleName({ namespace, name }: Pick<AuthorizationPolicy, 'namespace' | 'name'>, index: number): string {
  return `ns[${namespace}]-policy[${name}]-rule[${index}]`;
}
