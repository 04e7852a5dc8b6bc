/** What this rung tells. */
export const FAMILIES = {
  finding: {
    name: 'meshladder_analysis_finding',
    help: 'Something is wrong with this object, by the codes of istioctl (IST) and our own (ML); always 1, gone when it is mended.',
    type: 'gauge',
    stability: 'stable',
    labels: ['mesh_cluster', 'code', 'level', 'object_kind', 'object_namespace', 'object_name'],
    fold: 'max',
  },
  findingSince: {
    name: 'meshladder_analysis_finding_since_timestamp_seconds',
    help: 'Since when this finding has stood, as far as we have seen.',
    type: 'gauge',
    stability: 'stable',
    labels: ['mesh_cluster', 'code', 'level', 'object_kind', 'object_namespace', 'object_name'],
    fold: 'min',
  },
} as const;
