/** What this rung tells. */
export const FAMILIES = {
  differences: {
    name: 'meshladder_proxy_config_differences',
    help: "Resources in which a proxy's Envoy differs from what istiod would send it, by section, at most 1,000; as of the last look into it. Only proxies that were looked into and whose istiod was asked; 0 where nothing differs. A proxy that is not SYNCED differs by definition.",
    type: 'gauge',
    stability: 'experimental',
    labels: ['mesh_cluster', 'proxy_namespace', 'proxy', 'section'],
    fold: 'sum',
  },
  variants: {
    name: 'meshladder_workload_config_variants',
    help: 'Distinct configurations among replicas of a workload that should hold the same (equal revision, proxy version and pod template), by section: 1 is good. As of the last looks into at least two of them within 5 minutes, all SYNCED, with nothing sent between; absent without such looks.',
    type: 'gauge',
    stability: 'experimental',
    labels: ['mesh_cluster', 'workload_namespace', 'workload', 'section'],
    fold: 'max',
  },
  inspected: {
    name: 'meshladder_proxy_inspected_timestamp_seconds',
    help: "When a proxy's Envoy was last looked into with success. Looks are rationed, so most are older than other answers.",
    type: 'gauge',
    stability: 'experimental',
    labels: ['mesh_cluster', 'proxy_namespace', 'proxy'],
    fold: 'min',
  },
} as const;
