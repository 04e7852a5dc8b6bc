/** What this rung tells. */
export const FAMILIES = {
  logLines: {
    name: 'meshladder_proxy_log_lines_total',
    help: "Lines of the proxies' own log, Envoy's and the agent's, by level.",
    type: 'counter',
    stability: 'stable',
    labels: ['mesh_cluster', 'proxy_namespace', 'workload', 'level'],
  },
  verboseLogger: {
    name: 'meshladder_proxy_verbose_logger',
    help: "A logger of a proxy's Envoy that writes more than Istio's default (warning), as of the last look into it: 1 for each, absent otherwise.",
    type: 'gauge',
    stability: 'experimental',
    labels: ['mesh_cluster', 'proxy_namespace', 'proxy', 'logger', 'level'],
    fold: 'sum',
  },
  verboseSince: {
    name: 'meshladder_proxy_verbose_logger_since_timestamp_seconds',
    help: 'When a logger that writes more than its default was first seen to, in successive looks; it may have done so before.',
    type: 'gauge',
    stability: 'experimental',
    labels: ['mesh_cluster', 'proxy_namespace', 'proxy', 'logger', 'level'],
    fold: 'min',
  },
} as const;
