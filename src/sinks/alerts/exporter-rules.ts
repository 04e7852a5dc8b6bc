import { defineAlert, type RuleGroup } from '../../rungs/alert.ts';
import { SELF_FAMILIES } from '../metrics/self-families.ts';

/** A Prometheus that scrapes us under another name sets it in the one place where rules are made. */
const JOB = 'job="meshladder"';

/** Whether the exporter itself can be relied on: without it all else is blind, not healthy. */
export const EXPORTER_RULES: RuleGroup = {
  recordings: [],
  alerts: [
    defineAlert({
      name: 'MeshladderDown',
      severity: 'critical',
      thresholds: {},
      expr: () => `absent(up{${JOB}})\nor\nmax by (job) (up{${JOB}}) == 0`,
      for: '5m',
      summary: 'No meshladder exporter is scraped: the mesh is watched by nobody.',
      description:
        'Prometheus scrapes no exporter of job {{ $labels.job }}. Until it does, no alert on the mesh can fire: silence is no health.',
    }),
    defineAlert({
      name: 'MeshladderSeriesCapped',
      severity: 'warning',
      thresholds: {},
      expr: () => `sum by (mesh_cluster, family) (increase(${SELF_FAMILIES.seriesCapped.name}[15m])) > 0`,
      for: '15m',
      summary: 'A metric family has reached its limit of series.',
      description:
        '{{ $labels.family }} has more series than metrics.maxSeries lets it have: the others are added up under __other__, and what concerns them cannot be told apart.',
    }),
  ],
};
