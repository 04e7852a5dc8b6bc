import type { EnvoyResource } from './envoy-resource.ts';

/** Where a host listens: an address and port, a socket file, or a listener inside the same Envoy. */
export interface EnvoyAddress {
  /** `10.0.0.1`, `unix://…`, `envoy://LISTENER/ID`, or `unknown`. */
  readonly address: string;
  readonly port: number | undefined;
}

/** Envoy's words for health; `UNKNOWN` is what is sent where nobody said, and counts as healthy. */
export type EnvoyHealth = string;

/** One host of a cluster, as its configuration has it. */
export interface EnvoyEndpoint extends EnvoyAddress {
  readonly health: EnvoyHealth;
  readonly weight: number | undefined;
  readonly priority: number;
  /** `region/zone/subzone`, without what is empty at its end. */
  readonly locality: string;
}

/** The hosts of one cluster (a ClusterLoadAssignment). */
export interface EnvoyEndpoints extends EnvoyResource {
  readonly endpoints: readonly EnvoyEndpoint[];
}

/** Why a host is not used, or that it is. */
export type HostVerdict = 'healthy' | 'unhealthy' | 'ejected';

/** One host as `/clusters` tells of it: the configuration, and what Envoy has found out by itself. */
export interface EnvoyHost extends EnvoyEndpoint {
  /** `ejected`: outlier detection took it out; `unhealthy`: istiod says so, or a health check failed. */
  readonly verdict: HostVerdict;
  /** The flags that are set, such as `failed_outlier_check`. */
  readonly flags: readonly string[];
}

/** One cluster of `/clusters?format=json`. */
export interface EnvoyClusterStatus {
  readonly name: string;
  readonly hosts: readonly EnvoyHost[];
}

const UNUSABLE = new Set(['UNHEALTHY', 'DRAINING', 'TIMEOUT']);

/** Whether Envoy sends requests to a host of this health (its admin/v3/clusters.proto, eds_health_status). */
export function isUsable(health: EnvoyHealth): boolean {
  return !UNUSABLE.has(health);
}

/** `10.0.0.1:80`, `[::1]:80`, or the address alone. */
export function formatAddress({ address, port }: EnvoyAddress): string {
  if (port === undefined) return address;
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
