import type { EpochSeconds } from './brand.ts';
import type { ProxyType } from './proxy.ts';
import type { SinceOrigin, StateChange, Verdict } from './sync-history.ts';
import type { SyncState, XdsType } from './xds.ts';

/** Where one type of one proxy stands, with since when. */
export interface TypeRow {
  readonly state: SyncState;
  /** For a type not acknowledged: since when. For SYNCED: when the acknowledged message was sent. */
  readonly since?: EpochSeconds;
  /** The proxy's own words for a rejection. Never a label. */
  readonly error?: string;
  /** Bounded class of `error`. */
  readonly reason?: string;
}

/** A NetworkPolicy that, by its text, keeps a pod from istiod:15012. */
export interface XdsBlock {
  readonly policyNamespace: string;
  readonly policy: string;
  readonly direction: 'egress' | 'ingress';
  /** The other policies that isolate the pod in this direction, as `namespace/name`. */
  readonly others: readonly string[];
  /** Cluster DNS is blocked for the pod as well: it could not even look istiod up. */
  readonly dnsBlocked?: true;
  /** API groups of other policy engines in the cluster, whose policies may allow what this one does not. */
  readonly otherEngines?: readonly string[];
}

/**
 * One line of the proxy-status table: a proxy that some istiod lists, or that should be listed and is not.
 * What exporter, CLI, API and page all show of a proxy comes from here.
 */
export interface ProxyRow {
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
  readonly workload: string;
  readonly type: ProxyType;
  readonly istiod?: string;
  readonly revision?: string;
  readonly istioVersion?: string;
  readonly verdict: Verdict;
  /** Worst state over types; `MISSING`: no istiod lists it. */
  readonly state: SyncState | 'MISSING';
  readonly types: Readonly<Partial<Record<XdsType, TypeRow>>>;
  readonly endpointAckedRatio?: number;
  readonly outOfSync?: { readonly since: EpochSeconds; readonly origin: SinceOrigin };
  readonly missingSince?: EpochSeconds;
  readonly blockedBy?: XdsBlock;
  readonly changes: readonly StateChange[];
}
