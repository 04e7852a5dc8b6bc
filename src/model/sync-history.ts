import type { EpochSeconds } from './brand.ts';
import type { IstiodAccess } from './control-plane.ts';
import type { ProxyConnection } from './proxy.ts';
import type { RestoredFact } from './restored-fact.ts';
import type { SyncState, XdsType } from './xds.ts';

/** How sure `OutOfSync.since` is: seen by this process, carried over a restart, or only when we first looked. */
export type SinceOrigin = 'observed' | 'restored' | 'first_seen';

/** Two looks are so far apart, where no schedule says, before a proxy that is behind, or in neither, is called so. */
export const POLLS_APART_SECONDS = 3.5;

/** A proxy's worst standing against what it should hold. */
export const VERDICTS = ['synced', 'stale', 'rejected', 'missing', 'unknown'] as const;
export type Verdict = (typeof VERDICTS)[number];

export interface TypeHistory {
  readonly state: SyncState;
  readonly acked?: string;
  /** When the first push after the last acknowledged one was sent; absent while all is acknowledged. */
  readonly unackedSince?: EpochSeconds;
  /** First poll that found it STALE or ERROR with this `acked` on this connection; absent in other states. */
  readonly suspectSince?: EpochSeconds;
}

/** One change of a proxy's standing, for the page. */
export interface StateChange {
  readonly at: EpochSeconds;
  readonly xdsType?: XdsType;
  readonly from: SyncState | 'MISSING' | 'ABSENT';
  readonly to: SyncState | 'MISSING' | 'ABSENT';
}

/** What successive polls taught about one proxy; one poll alone cannot tell since when. */
export interface ProxyHistory {
  readonly key: string;
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
  /** The newest connection seen, kept while the proxy is missing. */
  readonly connection?: ProxyConnection;
  readonly istiod?: string;
  readonly revision?: string;
  readonly access?: IstiodAccess;
  readonly verdict: Verdict;
  readonly types: Readonly<Partial<Record<XdsType, TypeHistory>>>;
  /** First poll that did not list a pod that should be listed; absent while it is listed. */
  readonly absentSince?: EpochSeconds;
  /** Not holding current configuration since; absent when SYNCED or not yet confirmed by two polls. */
  readonly outOfSync?: { readonly since: EpochSeconds; readonly origin: SinceOrigin };
  /** First of two polls needed to confirm `outOfSync`. */
  readonly suspectSince?: EpochSeconds;
  /** This process has seen it SYNCED: what is wrong now began before our eyes. */
  readonly seenSynced?: true;
  /** Newest last, at most 50. */
  readonly changes: readonly StateChange[];
  /** The last poll in which an istiod listed it; absent while one does, so that an unchanged proxy is the same object. */
  readonly lastListedAt?: EpochSeconds;
}

/** `meshladder_proxy_state_changes_total`: cumulative since start. */
export interface StateChangeCount {
  readonly cluster: string;
  readonly proxyNamespace: string;
  readonly xdsType: XdsType;
  readonly state: SyncState;
  readonly count: number;
}

/** Memory over polls. Advanced once for each completed poll, by a pure function. */
export interface SyncHistory {
  /** Poll number this history has taken in. */
  readonly poll: number;
  readonly at?: EpochSeconds;
  /** When the first poll of this process was taken in. */
  readonly firstAt?: EpochSeconds;
  /** Istio's id of the cluster whose pods we see; absent before the first poll. */
  readonly cluster?: string;
  readonly proxies: ReadonlyMap<string, ProxyHistory>;
  readonly changes: readonly StateChangeCount[];
  /** When any proxy's standing last changed: the 3 s pace lasts at most 2 min after it. */
  readonly lastChangeAt?: EpochSeconds;
  /** What an earlier process knew, by proxy key, until a poll has settled each: it holds, or the proxy is SYNCED. */
  readonly restored?: ReadonlyMap<string, RestoredFact>;
}

export const NO_HISTORY: SyncHistory = Object.freeze({ poll: 0, proxies: new Map(), changes: [] });
