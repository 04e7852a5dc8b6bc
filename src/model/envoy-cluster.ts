import type { EnvoyClusterName } from './envoy-cluster-name.ts';
import type { EnvoyResource } from './envoy-resource.ts';

/** One cluster: a set of endpoints that routes may send to. */
export interface EnvoyCluster extends EnvoyResource {
  /** Its name taken apart. */
  readonly parsed: EnvoyClusterName;
  /** `EDS STATIC STRICT_DNS LOGICAL_DNS ORIGINAL_DST`, or the name of another kind. */
  readonly type: string;
  /** Under what name its endpoints are sent: `name` unless said otherwise. */
  readonly endpointsName: string;
  /** The DestinationRule that shaped it, as `NAME.NAMESPACE`; empty where none did. */
  readonly destinationRule: string;
  /** Share of hosts in percent that must be healthy before Envoy stops sending to unhealthy ones as well. */
  readonly panicThreshold: number;
}
