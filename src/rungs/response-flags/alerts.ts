import { FLAG_WATCHES } from '../../model/flag-watch.ts';
import { defineAlert, type RuleGroup } from '../alert.ts';
import { lastSeen } from '../promql.ts';
import { budgetBurn } from './budget-burn.ts';
import { FAMILIES } from './families.ts';
import { CAUSE_OF_FLAG, CONFLICT_AT_DESTINATION, FLAGS_AT_DESTINATION } from './flag-cause.ts';
import { flagSpike } from './flag-spike.ts';
import { burnRatio, DESTINATION, RECORDINGS, WORKLOAD } from './recordings.ts';

/** Alerts of rung 9: what users feel. */
export const RULES: RuleGroup = {
  recordings: RECORDINGS,
  alerts: [
    ...FLAG_WATCHES.map((watch) =>
      flagSpike(watch, {
        alert: 'IstioResponseFlagSpike',
        destination: DESTINATION,
        workload: WORKLOAD,
        words: '',
        causes: CAUSE_OF_FLAG,
      }),
    ),
    budgetBurn({
      name: 'IstioFlagBudgetBurn',
      ratio: burnRatio,
      requests: `${DESTINATION.requests}{direction="outbound"}`,
      requestsOfHour: `sum by (mesh_cluster, destination) (increase(${FAMILIES.requests.name}{direction="outbound"}[1h]))`,
      more: FLAGS_AT_DESTINATION + CONFLICT_AT_DESTINATION,
    }),
    defineAlert({
      name: 'IstioAccessLoggingOff',
      severity: 'info',
      thresholds: {},
      expr: () =>
        `sum by (mesh_cluster, proxy_namespace, mode) (${lastSeen(`${FAMILIES.accessLogging.name}{mode=~"off|filtered"}`, 'kubernetes')}) > 0`,
      for: '1h',
      summary: 'Proxies write no access log, or only part of it: their response flags are not seen.',
      description:
        'In {{ $labels.proxy_namespace }}, access logging is {{ $labels.mode }} for {{ $value }} proxies. Alerts on flags and shares cannot see what they do not write: silence is no health there.',
    }),
  ],
};
