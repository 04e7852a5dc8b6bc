import type { EpochSeconds } from './brand.ts';
import type { SyncState, XdsType } from './xds.ts';

export const PROXY_TYPES = ['sidecar', 'router', 'waypoint', 'ztunnel', 'agentgateway', 'unknown'] as const;
/** What istiod calls `proxy_type`; a `router` is a gateway. `unknown`: istiod before 1.18 does not say. */
export type ProxyType = (typeof PROXY_TYPES)[number];

/** Where one xDS type of one connection stands, as istiod tells it. */
export interface TypeSync {
  readonly state: Exclude<SyncState, 'UNKNOWN'>;
  /** Nonce of the last message sent; only equality with `acked` of the same type means anything. */
  readonly sent?: string;
  /** Nonce of the last message acknowledged; absent when none ever was. */
  readonly acked?: string;
  /** When `sent` was sent: moves with each push, so it is not "stale since". Absent when nothing was sent. */
  readonly sentAt?: EpochSeconds;
  /** The proxy's own words for its last rejection (NACK), cut to 2,000 characters. Present in state ERROR only. */
  readonly error?: string;
}

/** One proxy's open xDS connection, as one istiod lists it (one row of `/debug/syncz`). */
export interface ProxyConnection {
  /** Istio's cluster id of the proxy; absent before 1.13. */
  readonly cluster?: string;
  readonly namespace: string;
  /** Pod name. */
  readonly name: string;
  readonly type: ProxyType;
  /** The proxy's Istio version. */
  readonly istioVersion?: string;
  /** Only the types the proxy watches (or, from istiods before 1.23, the types it was sent). */
  readonly types: Readonly<Partial<Record<XdsType, TypeSync>>>;
  /** 0..1; only from istiods that give `endpoint_percent` (up to 1.5). */
  readonly endpointAckedRatio?: number;
  /** When the connection was opened, where istiod says (`/debug/connections`). */
  readonly connectedAt?: EpochSeconds;
}

/** `cluster/namespace/name`: one proxy, whichever istiod lists it. */
export function proxyKey(proxy: { readonly namespace: string; readonly name: string }, cluster: string): string {
  return `${cluster}/${proxy.namespace}/${proxy.name}`;
}
