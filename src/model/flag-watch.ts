/** How a flag is watched: what is usual of it, and from when on a person should know. */
export interface FlagWatch {
  readonly flag: string;
  /**
   * What its share is measured against: requests to the same destination, or all requests of the proxy's workload, for
   * flags of requests that never got as far as a destination.
   */
  readonly per: 'destination' | 'workload';
  readonly severity: 'critical' | 'warning' | 'info';
  /** Share of requests in five minutes, 0..1. */
  readonly share: number;
  /** At least so many in five minutes. */
  readonly lines: number;
  /** Why this share and this severity, in one sentence. */
  readonly why: string;
  /** Who can mend it. */
  readonly who: string;
  /** What has happened, in a sentence that is the same for all its instances. */
  readonly summary: string;
}

/** Fewer requests in five minutes prove nothing: one failure of a probe an hour would be a hundred percent. */
export const MIN_REQUESTS = 100;
/** A steady background is no spike: the share must be so many times what it was in the hour before. */
export const TIMES_BEFORE = 4;

/** Every flag that has an alert, the worst first. */
export const FLAG_WATCHES: readonly FlagWatch[] = [
  {
    flag: 'NR',
    per: 'workload',
    severity: 'critical',
    share: 0.05,
    lines: 20,
    why: 'No request without a route can succeed, and a healthy mesh has none but from scanners at its gateways.',
    who: 'owner of the VirtualService, Gateway or HTTPRoute',
    summary: 'Requests find no route.',
  },
  {
    flag: 'UH',
    per: 'destination',
    severity: 'critical',
    share: 0.05,
    lines: 20,
    why: 'There is no healthy host at all, so every such request fails, and retries cannot help.',
    who: 'owner of the destination: pods, readiness, subset labels, outlier detection',
    summary: 'Requests find no healthy host.',
  },
  {
    flag: 'NC',
    per: 'workload',
    severity: 'critical',
    share: 0.05,
    lines: 20,
    why: 'A route names a cluster that the proxy does not have; it never mends itself.',
    who: 'owner of the VirtualService and the DestinationRule with the subset',
    summary: 'Routes name clusters that proxies do not have.',
  },
  {
    flag: 'UF',
    per: 'destination',
    severity: 'warning',
    share: 0.05,
    lines: 20,
    why: 'Connections fail now and then while pods come and go, and retries hide it; one in twenty is more than that.',
    who: 'owner of the destination; for TLS errors the owner of PeerAuthentication and DestinationRule',
    summary: 'Connections to a destination fail.',
  },
  {
    flag: 'URX',
    per: 'destination',
    severity: 'warning',
    share: 0.02,
    lines: 20,
    why: 'Every attempt of these requests has failed, so each is an error that a caller saw.',
    who: 'owner of the destination',
    summary: 'Requests fail after all their retries.',
  },
  {
    flag: 'UO',
    per: 'destination',
    severity: 'warning',
    share: 0.02,
    lines: 20,
    why: 'A circuit breaker turns requests away: its limits are too low, or the destination is too slow.',
    who: 'owner of the DestinationRule with connectionPool limits, and of the destination',
    summary: 'Circuit breakers turn requests away.',
  },
  {
    flag: 'UC',
    per: 'destination',
    severity: 'warning',
    share: 0.05,
    lines: 20,
    why: 'Servers close idle connections in the middle of a request now and then; one in twenty is a server that dies.',
    who: 'owner of the destination: crashes, keep-alive shorter than the proxy assumes',
    summary: 'A destination closes connections before it answers.',
  },
  {
    flag: 'UT',
    per: 'destination',
    severity: 'warning',
    share: 0.05,
    lines: 20,
    why: 'A few slow requests are usual; one in twenty is a destination that does not keep up.',
    who: 'owner of the destination, and of the timeout in the VirtualService',
    summary: 'Requests to a destination time out.',
  },
  {
    flag: 'UAEX',
    per: 'destination',
    severity: 'warning',
    share: 0.2,
    lines: 50,
    why: 'External authorization denies some requests by its nature; a fifth of all is an authorizer that fails or was changed.',
    who: 'owner of the external authorizer, or of the CUSTOM AuthorizationPolicy',
    summary: 'External authorization denies many requests.',
  },
  {
    flag: 'RL',
    per: 'destination',
    severity: 'info',
    share: 0.1,
    lines: 50,
    why: 'Rate limiting does what it was asked for; that it turns away one in ten should be known.',
    who: 'owner of the rate limit, and the callers that exceed it',
    summary: 'Rate limits turn requests away.',
  },
  {
    flag: 'DC',
    per: 'destination',
    severity: 'info',
    share: 0.2,
    lines: 50,
    why: 'Clients leave for reasons of their own all day; a fifth that leaves at once points to slow answers.',
    who: 'owner of the destination: callers do not wait for it',
    summary: 'Clients leave before they are answered.',
  },
];
