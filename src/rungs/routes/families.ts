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
} as const;
