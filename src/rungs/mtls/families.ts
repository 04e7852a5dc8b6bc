/** What this rung tells. */
export const FAMILIES = {
  mode: {
    name: 'meshladder_mtls_mode',
    help: 'Mutual TLS mode that PeerAuthentications come to for a workload, by container port; port * is for all others. 1 for each.',
    type: 'gauge',
    stability: 'stable',
    labels: ['mesh_cluster', 'workload_namespace', 'workload', 'port', 'mode'],
    fold: 'sum',
  },
  conflict: {
    name: 'meshladder_mtls_conflict',
    help: 'A DestinationRule or PeerAuthentication by which callers of a service and its servers disagree on mutual TLS, and how; 1 for each, absent otherwise.',
    type: 'gauge',
    stability: 'stable',
    labels: ['mesh_cluster', 'object_namespace', 'object_name', 'destination', 'reason'],
    fold: 'sum',
  },
} as const;
