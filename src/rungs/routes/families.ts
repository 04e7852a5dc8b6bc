/** What this rung tells. */
export const FAMILIES = {
  declaredRatio: {
    name: 'meshladder_route_weight_declared_ratio',
    help: "Share of a route's requests that its VirtualService or HTTPRoute sends to a subset. The route is Envoy's name of it, as in access logs; routes of one name that disagree are left out.",
    type: 'gauge',
    stability: 'stable',
    labels: ['mesh_cluster', 'object_namespace', 'object_kind', 'object_name', 'route', 'destination', 'subset'],
    fold: 'max',
  },
  loadedRatio: {
    name: 'meshladder_route_weight_loaded_ratio',
    help: "Share of a route's requests that the Envoys of a workload send to a subset, as of the last look into each of its proxies that was looked into; 0 for a subset that is declared and has no part in the route they hold. Left out where replicas hold different shares, and where routes of one name disagree.",
    type: 'gauge',
    stability: 'experimental',
    labels: [
      'mesh_cluster',
      'proxy_namespace',
      'workload',
      'object_namespace',
      'object_kind',
      'object_name',
      'route',
      'destination',
      'subset',
    ],
    fold: 'max',
  },
} as const;
