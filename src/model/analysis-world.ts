import type { EpochSeconds } from './brand.ts';
import type { ClusterObjects, ObjectMap } from './cluster.ts';
import type { Labels } from './workload.ts';

/** What analysis looks at: the cluster's objects, and kinds that only files give, absent where nobody read them. */
export interface AnalysisWorld {
  /** When: certificates expire. */
  readonly at: EpochSeconds;
  readonly cluster: ClusterObjects;
  readonly secrets?: ObjectMap<SecretFacts>;
  readonly nodes?: ObjectMap<NodeFacts>;
  readonly injectorValues?: ObjectMap<InjectorValues>;
  readonly resourceDefinitions?: ObjectMap<ResourceDefinition>;
}

/** What is read of a Secret; its contents are not kept. */
export interface SecretFacts {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Labels;
  /** The names under which it keeps something. */
  readonly keys: readonly string[];
  readonly certificate: CertificateFacts;
}

/** Whether istiod could serve the secret to a gateway (Istio pilot/pkg/credentials/kube): key and certificate, readable. */
export type CertificateFacts =
  | { readonly state: 'missing' }
  | { readonly state: 'unreadable' }
  | { readonly state: 'readable'; readonly notBefore: EpochSeconds; readonly notAfter: EpochSeconds };

export interface NodeFacts {
  readonly name: string;
  readonly labels: Labels;
}

/** What is read of a ConfigMap `istio-sidecar-injector` or `istio-sidecar-injector-REVISION`. */
export interface InjectorValues {
  readonly namespace: string;
  readonly name: string;
  readonly enableNamespacesByDefault: boolean;
  /** The image it would inject, where it says so. */
  readonly proxyImage?: string;
}

/** Group and kind of a CustomResourceDefinition. */
export interface ResourceDefinition {
  readonly name: string;
  readonly group: string;
  readonly kind: string;
}
