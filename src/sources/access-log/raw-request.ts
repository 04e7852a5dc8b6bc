/** How Envoy writes what is not set. */
export const UNSET = '-';

/**
 * The fields of an access-log line that decide its counter, each exactly as written (`-` where unset), before any
 * interpretation. Equal raw requests of one stream always count in the same cell, so scanners may cache on them.
 * Empty strings never occur: absent and JSON null are `-`.
 */
export interface RawRequest {
  readonly responseCode: string;
  readonly flags: string;
  readonly details: string;
  readonly terminationDetails: string;
  readonly transportFailure: string;
  /** Chosen by callers, so only where it may decide the destination; `-` where upstreamCluster names a host (`namesHost`). */
  readonly authority: string;
  readonly upstreamCluster: string;
  /** Only where upstreamCluster is `-`; else `-`: it would split counters for nothing. */
  readonly downstreamLocalAddress: string;
  readonly route: string;
  /** Only where it was asked for, and `tellsUpstreamHost` of the cluster; else it would split counters for nothing. */
  readonly upstreamHost?: string;
}

/** Whether the host of a cluster says which endpoint of a service a request went to: not inbound, and not passed through. */
export function tellsUpstreamHost(upstreamCluster: string): boolean {
  return upstreamCluster.startsWith('outbound|') && namesHost(upstreamCluster);
}

/**
 * Whether an upstream cluster names a host itself: anything after its last `|`, as in `outbound|80||a.b.svc.cluster.local`
 * and unlike `inbound|8080||`. The `;` that Istio 1.23 may write behind the name does not count.
 */
export function namesHost(upstreamCluster: string): boolean {
  const end = upstreamCluster.length - (upstreamCluster.endsWith(';') ? 1 : 0);
  const bar = upstreamCluster.lastIndexOf('|');
  return bar >= 0 && bar < end - 1;
}
