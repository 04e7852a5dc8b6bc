import type { EnvoyBody } from './envoy-body.ts';
import type { EnvoyResource } from './envoy-resource.ts';

/** A cluster that gets a share of the requests. */
export interface WeightedCluster {
  readonly name: string;
  readonly weight: number;
}

/** What a route does with a request. */
export type EnvoyRouteAction =
  | { readonly kind: 'clusters'; readonly clusters: readonly WeightedCluster[] }
  /** The cluster is named by a header of the request. */
  | { readonly kind: 'cluster_header'; readonly header: string }
  | { readonly kind: 'redirect'; readonly redirect: EnvoyBody }
  | { readonly kind: 'direct_response'; readonly status: number | undefined }
  | { readonly kind: 'other' };

export interface EnvoyRoute {
  /** Empty where it has none. */
  readonly name: string;
  /** A RouteMatch. */
  readonly match: EnvoyBody;
  readonly action: EnvoyRouteAction;
  /** The VirtualService that wrote it, as `NAME.NAMESPACE`; empty where none did. */
  readonly virtualService: string;
  readonly body: EnvoyBody;
}

export interface EnvoyVirtualHost {
  readonly name: string;
  readonly domains: readonly string[];
  /** In the order in which they are tried. */
  readonly routes: readonly EnvoyRoute[];
}

/** A route configuration: virtual hosts with their routes. */
export interface EnvoyRouteConfig extends EnvoyResource {
  readonly virtualHosts: readonly EnvoyVirtualHost[];
  /** The port is taken off the host before virtual hosts are compared with it. */
  readonly ignoresPort: boolean;
}
