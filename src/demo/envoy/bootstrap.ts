import { ADS, type Body, CLUSTER, LISTENER, named, ROUTES, socketAddress, typed } from './body.ts';
import type { EnvoyIdentity } from './identity.ts';

const HTTP_OPTIONS = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';
const MANAGER = 'envoy.filters.network.http_connection_manager';
const MANAGER_TYPE = 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';

/** Clusters that Envoy starts with: the agent beside it, and itself. */
export const STATIC_CLUSTERS: readonly Body[] = [
  staticCluster('prometheus_stats', '0.250s', socketAddress('127.0.0.1', 15_000)),
  staticCluster('agent', '0.250s', socketAddress('127.0.0.1', 15_020)),
  staticCluster('sds-grpc', '1s', { pipe: { path: './var/run/secrets/workload-spiffe-uds/socket' } }),
  staticCluster('xds-grpc', '1s', { pipe: { path: './etc/istio/proxy/XDS' } }),
];

function staticCluster(name: string, timeout: string, address: Body): Body {
  const speaksHttp2 = name.endsWith('-grpc');
  const options = typed(HTTP_OPTIONS, { explicit_http_config: { http2_protocol_options: {} } });
  return typed(CLUSTER, {
    name,
    type: 'STATIC',
    connect_timeout: timeout,
    alt_stat_name: `${name};`,
    load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: [{ endpoint: { address } }] }] },
    ...(speaksHttp2 && { typed_extension_protocol_options: { [HTTP_OPTIONS]: options } }),
  });
}

/** Routes of the listeners that Envoy starts with. They have no names. */
export const STATIC_ROUTES: readonly Body[] = [
  staticRoutes('/stats/prometheus', 'prometheus_stats'),
  staticRoutes('/healthz/ready', 'agent'),
];

function staticRoutes(prefix: string, cluster: string): Body {
  const routes = [{ match: { prefix }, route: { cluster } }];
  return typed(ROUTES, { virtual_hosts: [{ name: 'backend', domains: ['*'], routes }] });
}

/** Listeners that Envoy starts with: its metrics, and whether it is ready. */
export const STATIC_LISTENERS: readonly Body[] = [
  staticListener(15_090, 'stats', STATIC_ROUTES[0]),
  staticListener(15_021, 'agent', STATIC_ROUTES[1]),
];

function staticListener(port: number, statPrefix: string, routes: Body | undefined): Body {
  const { '@type': _, ...routeConfig } = routes ?? {};
  const router = named('envoy.filters.http.router', 'envoy.extensions.filters.http.router.v3.Router');
  const manager = named(MANAGER, MANAGER_TYPE, {
    stat_prefix: statPrefix,
    route_config: routeConfig,
    http_filters: [router],
  });
  return typed(LISTENER, {
    name: `0.0.0.0_${port}`,
    address: socketAddress('0.0.0.0', port),
    filter_chains: [{ filters: [manager] }],
  });
}

/** What pilot-agent starts Envoy with. */
export function bootstrap(identity: EnvoyIdentity): Body {
  return {
    node: node(identity),
    static_resources: { listeners: STATIC_LISTENERS, clusters: STATIC_CLUSTERS },
    dynamic_resources: {
      lds_config: ADS,
      cds_config: ADS,
      ads_config: {
        api_type: 'DELTA_GRPC',
        grpc_services: [{ envoy_grpc: { cluster_name: 'xds-grpc' } }],
        set_node_on_first_message_only: true,
        transport_api_version: 'V3',
      },
    },
    admin: { profile_path: '/var/lib/istio/data/envoy.prof', address: socketAddress('127.0.0.1', 15_000) },
  };
}

/** Who the proxy says it is. */
export function node({ type, pod, workload, istioVersion, nodeName }: EnvoyIdentity): Body {
  const { name, namespace, address, labels, serviceAccount } = pod;
  return {
    id: `${type}~${address}~${name}.${namespace}~${namespace}.svc.cluster.local`,
    cluster: `${labels['service.istio.io/canonical-name'] ?? workload}.${namespace}`,
    metadata: {
      NAME: name,
      NAMESPACE: namespace,
      INSTANCE_IPS: address,
      ISTIO_VERSION: istioVersion,
      CLUSTER_ID: 'Kubernetes',
      MESH_ID: 'cluster.local',
      WORKLOAD_NAME: workload,
      SERVICE_ACCOUNT: serviceAccount,
      OWNER: `kubernetes://apis/apps/v1/namespaces/${namespace}/deployments/${workload}`,
      NODE_NAME: nodeName,
      LABELS: labels,
      INTERCEPTION_MODE: 'REDIRECT',
      PROXY_CONFIG: {
        proxyAdminPort: 15_000,
        statusPort: 15_020,
        discoveryAddress: 'istiod.istio-system.svc:15012',
        configPath: './etc/istio/proxy',
        drainDuration: '45s',
      },
    },
    locality: {},
    user_agent_name: 'envoy',
    user_agent_build_version: {
      version: { major_number: 1, minor_number: 38, patch: 3 },
      metadata: { 'revision.status': 'Modified', 'build.type': 'RELEASE', 'ssl.version': 'BoringSSL' },
    },
  };
}
