import type { EnvoyAddress } from './envoy-endpoint.ts';
import type { EnvoyResource } from './envoy-resource.ts';
import type { EnvoyRouteConfig, WeightedCluster } from './envoy-route.ts';

/** What a connection must be for a filter chain to take it; what is empty takes any. */
export interface FilterChainMatch {
  readonly destinationPort: number | undefined;
  /** Destination addresses as `10.0.0.0/8`. */
  readonly prefixRanges: readonly string[];
  readonly serverNames: readonly string[];
  /** `tls`, `raw_buffer` or empty. */
  readonly transportProtocol: string;
  readonly applicationProtocols: readonly string[];
  /** Parts that look at where the connection comes from, by their names in Envoy's API. */
  readonly sourceParts: readonly string[];
}

/** Where a filter chain leads. */
export type FilterChainTarget =
  /** HTTP, by a route configuration sent on its own. */
  | { readonly kind: 'rds'; readonly routeName: string }
  /** HTTP, by routes inside the listener. */
  | { readonly kind: 'inline'; readonly routes: EnvoyRouteConfig }
  | { readonly kind: 'tcp'; readonly clusters: readonly WeightedCluster[] }
  | { readonly kind: 'other' };

export interface EnvoyFilterChain {
  /** Empty where it has none. */
  readonly name: string;
  /** `undefined` in the default filter chain, which takes what no other takes. */
  readonly match: FilterChainMatch | undefined;
  /** Names of its network filters, in their order. */
  readonly filters: readonly string[];
  readonly target: FilterChainTarget;
}

export interface EnvoyListener extends EnvoyResource {
  /** Every address it is on, the main one first. */
  readonly addresses: readonly EnvoyAddress[];
  /** `INBOUND`, `OUTBOUND`, or empty. */
  readonly direction: string;
  /** In their order; the default filter chain is the last one. */
  readonly filterChains: readonly EnvoyFilterChain[];
  /** Connections that were redirected are handed to the listener of their original destination. */
  readonly usesOriginalDst: boolean;
}
