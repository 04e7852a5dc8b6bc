/** What names and cluster IPs configuration gives to services, for lines whose upstream_cluster names none. */
export interface KnownServices {
  /** Changes whenever an answer may have. */
  readonly version: number;
  /** FQDN of the service with this cluster IP. */
  byClusterIp(ip: string): string | undefined;
  /** FQDN of the service that this authority (`host[:port]`) equals, as seen from a proxy in `namespace`. */
  byAuthority(authority: string, namespace: string): string | undefined;
}

/** Knows nothing: offline, and agents without Kubernetes. */
export const NO_SERVICES: KnownServices = Object.freeze({
  version: 0,
  byClusterIp: () => undefined,
  byAuthority: () => undefined,
});
