/** What this rung tells. */
export const FAMILIES = {
  endpoints: {
    name: 'meshladder_endpoints',
    help: 'Endpoints of a service, and of each subset that a DestinationRule names, by health, zeros included. Layer kubernetes: ready, unready or terminating, from EndpointSlices. Layer envoy: healthy, unhealthy (istiod says so, or a health check failed) or ejected (outlier detection), as the Envoy with the fewest healthy hosts has it, of those looked into within the last 10 minutes, and of the port with the fewest; absent for headless services.',
    type: 'gauge',
    stability: 'experimental',
    labels: ['mesh_cluster', 'service_namespace', 'service_name', 'subset', 'layer', 'health'],
    fold: 'sum',
  },
  goneRequests: {
    name: 'meshladder_requests_to_gone_endpoints_total',
    help: 'Requests whose upstream host had been in no EndpointSlice for more than 30 seconds, from access logs held against Kubernetes; zeros included. Begins anew with each start of the exporter, and is absent where logs are read without Kubernetes. In a mesh of several clusters only addresses that were in an EndpointSlice of this one since the start can be gone.',
    type: 'counter',
    stability: 'experimental',
    labels: ['mesh_cluster', 'proxy_namespace', 'workload', 'destination'],
  },
} as const;
