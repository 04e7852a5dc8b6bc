import type { EpochSeconds } from './brand.ts';

export type Direction = 'inbound' | 'outbound' | 'unknown';

/**
 * What one access-log line says in bounded words. Nothing here was chosen by a client: no path, host header, address,
 * user or id. Lines with equal shapes are counted together.
 */
export interface RequestShape {
  readonly proxyNamespace: string;
  /** From the pod name's pattern, so that agents without Kubernetes say the same. */
  readonly workload: string;
  readonly direction: Direction;
  /** FQDN from upstream_cluster, else a known service, else `__unknown__`. */
  readonly destination: string;
  /** `""` for none. */
  readonly subset: string;
  /** Envoy's ROUTE_NAME, `""` for none. */
  readonly route: string;
  /** 0 for TCP and for HTTP that ended before a response. */
  readonly responseCode: number;
  /** Sorted, without duplicates; empty for `-`. */
  readonly flags: readonly string[];
  /** Bounded class of response_code_details and transport failure reason; `""` for none. */
  readonly details: string;
  /** An RBAC denial's rule; policy `none` when no ALLOW policy matched. */
  readonly denial?: { readonly policyNamespace: string; readonly policy: string; readonly rule: string };
}

export interface RequestCount {
  readonly shape: RequestShape;
  readonly count: number;
}

/** Requests of a workload to a Kubernetes service, by the host that its proxy chose. */
export interface UpstreamHostCount {
  readonly proxyNamespace: string;
  readonly workload: string;
  /** FQDN. */
  readonly destination: string;
  /** Its IP address, without the port. */
  readonly address: string;
  readonly count: number;
}

/** Lines of the proxy's own log. `xdsFailure` is the class of a lost or failing xDS stream, absent on other lines. */
export interface ProxyLogCount {
  readonly proxyNamespace: string;
  readonly workload: string;
  readonly level: string;
  readonly count: number;
}

export interface XdsStreamFailureCount {
  readonly proxyNamespace: string;
  readonly workload: string;
  readonly reason: string;
  readonly count: number;
}

export const LINE_RESULTS = ['access', 'unparsed', 'proxy_log', 'other', 'dropped'] as const;
/** What became of a line; `dropped`: over the length limit, or skipped bytes counted as one. Nothing is silently lost. */
export type LineResult = (typeof LINE_RESULTS)[number];

/** What one log source (`files`, `api`) has read since the tallies began. */
export interface LogIntake {
  readonly source: string;
  readonly lines: Readonly<Record<LineResult, number>>;
  /** Bytes known to be lost or skipped: rotated away, truncated, before the first start. */
  readonly skippedBytes: number;
  /** Time stamp of the newest line read. */
  readonly newestLineAt?: EpochSeconds;
}

/** Everything counted from logs since the tallies began: cumulative, never backwards. */
export interface Traffic {
  readonly requests: readonly RequestCount[];
  readonly proxyLogs: readonly ProxyLogCount[];
  readonly xdsStreamFailures: readonly XdsStreamFailureCount[];
  readonly intake: readonly LogIntake[];
  /**
   * By upstream host, of outbound lines since this process began; absent where nobody asked for it. Hosts that got nothing
   * for long are left out, and begin anew; those beyond the cap are one, `OTHER` in every respect.
   */
  readonly upstreamHosts?: readonly UpstreamHostCount[];
}

/** Destination of a line that configuration does not name. */
export const UNKNOWN_DESTINATION = '__unknown__';
/** Label value of everything folded by a cap. */
export const OTHER = '__other__';

/** Nothing counted. */
export const NO_TRAFFIC: Traffic = Object.freeze({ requests: [], proxyLogs: [], xdsStreamFailures: [], intake: [] });
