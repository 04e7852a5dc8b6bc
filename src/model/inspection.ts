import type { EpochSeconds } from './brand.ts';
import type { EnvoyLogger } from './envoy-loggers.ts';
import type { EnvoyRejection, EnvoySection } from './envoy-resource.ts';

/** The share of a route's requests that an Envoy has been told to send to one subset of one destination. */
export interface LoadedWeight {
  /** The VirtualService that Envoy says wrote the route; absent where it says none. */
  readonly object?: { readonly namespace: string; readonly name: string };
  /** Envoy's name of the route; `""` for a route without one. */
  readonly route: string;
  /** FQDN. */
  readonly destination: string;
  /** `""` for none. */
  readonly subset: string;
  /** 0..1. */
  readonly ratio: number;
}

/** Why an Envoy does not send to a host it knows. */
export type HostFault = 'outlier_ejected' | 'health_check_failed' | 'eds_unhealthy';

/** A host that an Envoy knows and does not send to. */
export interface FaultyHost {
  /** Its IP address, without the port. */
  readonly address: string;
  readonly faults: readonly HostFault[];
}

/** What an Envoy knows of the hosts of one outbound cluster. */
export interface ClusterHosts {
  /** FQDN. */
  readonly destination: string;
  readonly port: number;
  /** `""` for none. */
  readonly subset: string;
  readonly healthy: number;
  readonly unhealthy: number;
  readonly ejected: number;
  /** How many hosts for each reason; a host counts once for each of its own. */
  readonly faults: Readonly<Partial<Record<HostFault, number>>>;
  /** IP addresses of healthy hosts without ports, sorted, at most 100, to be held against EndpointSlices. */
  readonly addresses: readonly string[];
  /** The others, by address, at most 20; absent where nobody noted them. */
  readonly faulty?: readonly FaultyHost[];
  /** Requests that its circuit breaker has turned away since Envoy started; absent where it does not say. */
  readonly overflowed?: number;
}

/**
 * What one look into the Envoy of a proxy told, cut down to what the ladder asks: a dump of 50 MiB is not kept. A part that
 * could not be read is absent: unknown is not empty.
 */
export interface ProxyInspection {
  readonly namespace: string;
  /** The pod's name. */
  readonly name: string;
  readonly workload: string;
  readonly at: EpochSeconds;
  /** Replicas of a workload for which this is equal should hold the same; absent where nobody said. */
  readonly kin?: string;
  /** Where it says it runs, as `region/zone/subzone`, by which Istio orders endpoints; absent where it does not say. */
  readonly locality?: string;
  /**
   * Sections in which it held all that istiod had sent, before the look and after it, with nothing sent between: when the
   * last of it had been sent, 0 where nothing is. A section that is not here was on its way, or nobody could tell.
   */
  readonly settled?: Readonly<Partial<Record<EnvoySection, EpochSeconds>>>;
  /** One short text for each section, equal for replicas that hold the same. */
  readonly fingerprints?: Readonly<Partial<Record<EnvoySection, string>>>;
  /** Names of resources that differ from what istiod would send, by section, at most 1,000; absent where istiod was not asked. */
  readonly differences?: Readonly<Partial<Record<EnvoySection, readonly string[]>>>;
  readonly rejections?: readonly EnvoyRejection[];
  readonly weights?: readonly LoadedWeight[];
  readonly hosts?: readonly ClusterHosts[];
  /** Loggers that write more than Istio's default. */
  readonly verboseLoggers?: readonly EnvoyLogger[];
}

/** What a look tells of an Envoy; whose it is, when, and what had settled stands elsewhere. */
export type LookFacts = Omit<ProxyInspection, 'namespace' | 'name' | 'workload' | 'at' | 'kin' | 'settled'>;

/** Replicas of one workload: what they are called, and where they are. */
export interface Replicas {
  readonly pods: readonly string[];
  readonly addresses: readonly string[];
}

/** A look that failed, in words for a person. */
export interface FailedInspection {
  readonly at: EpochSeconds;
  readonly detail: string;
}

/** What is known of the insides of Envoys. Most proxies are not in it: looks are rationed. */
export interface Inspections {
  /** The newest look that succeeded, by `namespace/name`. Proxies that are gone are forgotten. */
  readonly proxies: ReadonlyMap<string, ProxyInspection>;
  /** Proxies whose last look failed. */
  readonly failed: ReadonlyMap<string, FailedInspection>;
}
