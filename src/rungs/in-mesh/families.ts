/** What this rung tells. */
export const FAMILIES = {
  pods: {
    name: 'meshladder_pods',
    help: 'Pods by how they take part in the mesh, those that completed or are on their way out left out.',
    type: 'gauge',
    stability: 'stable',
    labels: ['mesh_cluster', 'pod_namespace', 'mesh'],
  },
  podNotInjected: {
    name: 'meshladder_pod_not_injected',
    help: 'A pod without a proxy that would get one if it were made now, and why it has none; 1 for each, absent otherwise.',
    type: 'gauge',
    stability: 'stable',
    labels: ['mesh_cluster', 'pod_namespace', 'pod_name', 'reason'],
    fold: 'sum',
  },
  proxyMissing: {
    name: 'meshladder_proxy_missing',
    help: 'A pod whose proxy runs and that no istiod lists as of the last two polls; 1 for each, absent otherwise.',
    type: 'gauge',
    stability: 'stable',
    labels: ['mesh_cluster', 'proxy_namespace', 'proxy', 'workload', 'proxy_type'],
    fold: 'max',
  },
} as const;
