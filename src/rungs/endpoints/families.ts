/** What this rung tells. */
export const FAMILIES = {
  endpoints: {
    name: 'meshladder_endpoints',
    help: 'Endpoints of a service, and of each subset that a DestinationRule names, by health, zeros included. Layer kubernetes: ready, unready or terminating, from EndpointSlices.',
    type: 'gauge',
    stability: 'experimental',
    labels: ['mesh_cluster', 'service_namespace', 'service_name', 'subset', 'layer', 'health'],
    fold: 'sum',
  },
} as const;
