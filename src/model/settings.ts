import type { Suppression } from './suppression.ts';

/** What the operator decided and a rung must honour. Part of the snapshot, so that evaluate stays a pure function of it. */
export interface LadderSettings {
  /** Istio's cluster id of this cluster, where the source does not say. */
  readonly meshCluster: string;
  /** Istio's root namespace, where istiod lives. */
  readonly rootNamespace: string;
  readonly proxyDetail: 'all' | 'unsynced' | 'off';
  /** A pod's proxy may take this long to connect, and an istiod this long to be listed by, before a proxy is missing. */
  readonly missingGraceSeconds: number;
  /** Answers older than this are not repeated as if they were news. */
  readonly staleAfterSeconds: number;
  /** Only some namespaces are watched: what is not seen may be there all the same. */
  readonly isPartialView?: true;
  /** Why no Envoy is looked into, where that is not the exporter's configuration; a choice, and no failure. */
  readonly noLooks?: string;
  /** Findings of analysis that are not told. */
  readonly suppress?: readonly Suppression[];
}

export const DEFAULT_SETTINGS: LadderSettings = Object.freeze({
  meshCluster: 'Kubernetes',
  rootNamespace: 'istio-system',
  proxyDetail: 'all',
  missingGraceSeconds: 30,
  staleAfterSeconds: 60,
});
