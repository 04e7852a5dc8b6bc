/** Istio and Gateway API kinds that are analysed or referred to, by their key in `ClusterObjects.config`. */
export const CONFIG_KIND_NAMES = {
  'authorizationpolicies.security.istio.io': 'AuthorizationPolicy',
  'destinationrules.networking.istio.io': 'DestinationRule',
  'envoyfilters.networking.istio.io': 'EnvoyFilter',
  'gateways.gateway.networking.k8s.io': 'Gateway',
  'gateways.networking.istio.io': 'Gateway',
  'grpcroutes.gateway.networking.k8s.io': 'GRPCRoute',
  'httproutes.gateway.networking.k8s.io': 'HTTPRoute',
  'peerauthentications.security.istio.io': 'PeerAuthentication',
  'proxyconfigs.networking.istio.io': 'ProxyConfig',
  'requestauthentications.security.istio.io': 'RequestAuthentication',
  'serviceentries.networking.istio.io': 'ServiceEntry',
  'sidecars.networking.istio.io': 'Sidecar',
  'telemetries.telemetry.istio.io': 'Telemetry',
  'virtualservices.networking.istio.io': 'VirtualService',
  'wasmplugins.extensions.istio.io': 'WasmPlugin',
  'workloadentries.networking.istio.io': 'WorkloadEntry',
  'workloadgroups.networking.istio.io': 'WorkloadGroup',
} as const;

export type ConfigKey = keyof typeof CONFIG_KIND_NAMES;
