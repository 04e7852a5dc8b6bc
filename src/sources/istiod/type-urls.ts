import type { XdsType } from '../../model/xds.ts';

const PREFIX = 'type.googleapis.com/';

/** Type URLs that are a proxy's configuration, with our name for each (Istio pkg/model/xds.go). */
export const TYPE_URLS: readonly (readonly [url: string, type: XdsType])[] = [
  [`${PREFIX}envoy.config.cluster.v3.Cluster`, 'cds'],
  [`${PREFIX}envoy.config.listener.v3.Listener`, 'lds'],
  [`${PREFIX}envoy.config.endpoint.v3.ClusterLoadAssignment`, 'eds'],
  [`${PREFIX}envoy.config.route.v3.RouteConfiguration`, 'rds'],
  [`${PREFIX}envoy.config.core.v3.TypedExtensionConfig`, 'ecds'],
  [`${PREFIX}envoy.extensions.transport_sockets.tls.v3.Secret`, 'sds'],
  [`${PREFIX}istio.networking.nds.v1.NameTable`, 'nds'],
  [`${PREFIX}istio.mesh.v1alpha1.ProxyConfig`, 'pcds'],
  [`${PREFIX}envoy.config.bootstrap.v3.Bootstrap`, 'bds'],
  [`${PREFIX}istio.workload.Address`, 'wds'],
  [`${PREFIX}istio.workload.Workload`, 'wds'],
  [`${PREFIX}istio.security.Authorization`, 'wads'],
];

/** Beginning of the types that istioctl and other onlookers ask for; no proxy does. */
export const DEBUG_TYPE_PREFIX = 'istio.io/debug';

/**
 * The flat fields of a row, `FIELD_sent` and `FIELD_acked`, in istiods of every version (Istio pilot/pkg/xds/debug.go
 * SyncStatus).
 */
export const LEGACY_FIELDS: readonly (readonly [field: string, type: XdsType])[] = [
  ['cluster', 'cds'],
  ['listener', 'lds'],
  ['endpoint', 'eds'],
  ['route', 'rds'],
  ['extensionconfig', 'ecds'],
];
