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
  readonly authority: string;
  readonly upstreamCluster: string;
  /** Only where upstreamCluster is `-`; else `-`: it would split counters for nothing. */
  readonly downstreamLocalAddress: string;
  readonly route: string;
}
