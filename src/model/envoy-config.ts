import type { EnvoyBody } from './envoy-body.ts';
import type { EnvoyCluster } from './envoy-cluster.ts';
import type { EnvoyClusterStatus, EnvoyEndpoints } from './envoy-endpoint.ts';
import type { EnvoyListener } from './envoy-listener.ts';
import type { EnvoyLogger } from './envoy-loggers.ts';
import type { EnvoyRejection } from './envoy-resource.ts';
import type { EnvoyRouteConfig } from './envoy-route.ts';
import type { EnvoySecret } from './envoy-secret.ts';

/** Who wrote a dump, told by its spelling: Envoy `dynamic_listeners`, istiod (and istioctl) `dynamicListeners`. */
export type EnvoySpelling = 'snake' | 'camel';

/** What the proxy was started with. */
export interface EnvoyBootstrap {
  readonly node: EnvoyNode;
  readonly body: EnvoyBody;
}

/**
 * Who a proxy says it is (the id that Istio gives it: `TYPE~IP~POD.NAMESPACE~DOMAIN`). What it does not say is empty.
 */
export interface EnvoyNode {
  readonly id: string;
  /** `sidecar`, `router`, … */
  readonly type: string;
  readonly addresses: readonly string[];
  readonly pod: string;
  readonly namespace: string;
  /** Names without a dot end in this one: `payment.svc.cluster.local`. */
  readonly dnsDomain: string;
  readonly workload: string;
  readonly istioVersion: string;
  readonly envoyVersion: string;
}

/** A config dump, decoded. A section that the dump does not have is absent: unknown is not empty. */
export interface EnvoyConfig {
  readonly spelling: EnvoySpelling;
  readonly bootstrap?: EnvoyBootstrap;
  readonly clusters?: readonly EnvoyCluster[];
  readonly listeners?: readonly EnvoyListener[];
  readonly routes?: readonly EnvoyRouteConfig[];
  readonly endpoints?: readonly EnvoyEndpoints[];
  readonly secrets?: readonly EnvoySecret[];
  /** Updates that Envoy refused, each once. */
  readonly rejections: readonly EnvoyRejection[];
  /** What in it could not be read, each in a few words. */
  readonly problems: readonly string[];
}

/** What is known of one Envoy, from whichever of its answers were given. */
export interface EnvoyDump {
  readonly config?: EnvoyConfig;
  /** From `/clusters`. */
  readonly statuses?: readonly EnvoyClusterStatus[];
  /** From `/logging`. */
  readonly loggers?: readonly EnvoyLogger[];
}
