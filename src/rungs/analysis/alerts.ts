import { defineAlert, type RuleGroup } from '../alert.ts';
import { lastSeen } from '../promql.ts';
import { FAMILIES } from './families.ts';

/** Alerts of rung 8: objects that cannot work as they are. */
export const RULES: RuleGroup = {
  recordings: [],
  alerts: [
    defineAlert({
      name: 'IstioAnalysisError',
      severity: 'warning',
      thresholds: {},
      expr: () =>
        `max by (mesh_cluster, code, object_kind, object_namespace, object_name) (${lastSeen(`${FAMILIES.finding.name}{level="Error"}`, 'kubernetes')}) == 1`,
      for: '10m',
      summary: 'An Istio object cannot work as it is.',
      description:
        '{{ $labels.code }} on {{ $labels.object_kind }} {{ with $labels.object_namespace }}{{ . }}/{{ end }}{{ $labels.object_name }}: it refers to something that is not there, or contradicts another object. meshladder analyze says what, and docs/analysis-codes.md what the code means.',
    }),
  ],
};
