/** What this rung tells. */
export const FAMILIES = {
  policies: {
    name: 'meshladder_authorization_policies',
    help: 'AuthorizationPolicies that select a workload, by action; DRY_RUN for those that only pretend. Absent where none does.',
    type: 'gauge',
    stability: 'stable',
    labels: ['mesh_cluster', 'workload_namespace', 'workload', 'action'],
  },
  denials: {
    name: 'meshladder_authorization_denials_total',
    help: 'Access-log lines of requests and connections that an AuthorizationPolicy denied, by rule; policy none where no ALLOW rule matched.',
    type: 'counter',
    stability: 'stable',
    labels: ['mesh_cluster', 'proxy_namespace', 'workload', 'policy_namespace', 'policy', 'rule'],
  },
} as const;
