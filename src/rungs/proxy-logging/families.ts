/** What this rung tells. */
export const FAMILIES = {
  logLines: {
    name: 'meshladder_proxy_log_lines_total',
    help: "Lines of the proxies' own log, Envoy's and the agent's, by level.",
    type: 'counter',
    stability: 'stable',
    labels: ['mesh_cluster', 'proxy_namespace', 'workload', 'level'],
  },
} as const;
