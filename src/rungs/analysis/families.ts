/** What this rung tells. */
export const FAMILIES = {
  finding: {
    name: 'meshladder_analysis_finding',
    help: 'Something is wrong with this object, by the codes of istioctl (IST) and our own (ML); always 1, gone when it is mended. As of the last analysis, without what analysis.suppress names.',
    type: 'gauge',
    stability: 'stable',
    labels: ['mesh_cluster', 'code', 'level', 'object_kind', 'object_namespace', 'object_name'],
    fold: 'max',
  },
  findingSince: {
    name: 'meshladder_analysis_finding_since_timestamp_seconds',
    help: 'Since when this finding has stood, as far as we have seen: over restarts where history.file or prometheus.url tells, else from the first analysis that found it.',
    type: 'gauge',
    stability: 'stable',
    labels: ['mesh_cluster', 'code', 'level', 'object_kind', 'object_namespace', 'object_name'],
    fold: 'min',
  },
  findings: {
    name: 'meshladder_analysis_findings',
    help: 'How many findings the last analysis had, each code once for each object, zeros included; absent before the first.',
    type: 'gauge',
    stability: 'experimental',
    labels: ['mesh_cluster', 'level'],
  },
  unknownCode: {
    name: 'meshladder_analysis_code_unknown',
    help: 'This code could not be looked for, or not everywhere: something it hangs on is not read, or could not be read; always 1. /api/v1/findings says why.',
    type: 'gauge',
    stability: 'experimental',
    labels: ['mesh_cluster', 'code'],
    fold: 'max',
  },
} as const;
