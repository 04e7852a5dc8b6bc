import type { EpochSeconds } from './brand.ts';
import type { Labels } from './workload.ts';

/** A Kubernetes LabelSelector: all of both lists must hold; empty selects everything. */
export interface LabelSelector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
    readonly values?: readonly string[];
  }[];
}

/** One entry of `from` or `to`: selectors (ANDed) or an ipBlock. */
export interface NetworkPolicyPeer {
  readonly podSelector?: LabelSelector;
  readonly namespaceSelector?: LabelSelector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}

export interface NetworkPolicyPort {
  readonly protocol?: 'TCP' | 'UDP' | 'SCTP';
  readonly port?: number | string;
  readonly endPort?: number;
}

/** One rule: peers AND ports; a missing or empty list allows all of its kind. */
export interface NetworkPolicyRule {
  readonly peers?: readonly NetworkPolicyPeer[];
  readonly ports?: readonly NetworkPolicyPort[];
}

export type PolicyDirection = 'Ingress' | 'Egress';

/** networking.k8s.io/v1 NetworkPolicy as stored. */
export interface NetworkPolicy {
  readonly namespace: string;
  readonly name: string;
  readonly podSelector: LabelSelector;
  /** As stored; absent on hand-written files, then Ingress, and Egress only if there are egress rules. */
  readonly policyTypes?: readonly PolicyDirection[];
  readonly ingress?: readonly NetworkPolicyRule[];
  readonly egress?: readonly NetworkPolicyRule[];
  /** Newest of creation and managedFields times: "changed last". */
  readonly changedAt: EpochSeconds;
}
