import { defineAlert, type RuleGroup } from '../alert.ts';
import { lastSeen } from '../promql.ts';
import { FAMILIES } from './families.ts';

const PROXY = 'mesh_cluster, proxy_namespace, proxy';
const DIFFERENCES = FAMILIES.differences.name;
const INSPECTED = FAMILIES.inspected.name;

/** Alerts of rung 7: proxies that say they hold what they were sent, and do not. */
export const RULES: RuleGroup = {
  recordings: [],
  alerts: [
    defineAlert({
      name: 'IstioConfigDiffers',
      severity: 'warning',
      thresholds: {},
      // Two looks: one alone may fall between a push and its arrival.
      expr: () =>
        [
          `max by (${PROXY}, section) (${lastSeen(DIFFERENCES, 'envoy')}) > 0`,
          `and max by (${PROXY}, section) (${DIFFERENCES} offset 30m) > 0`,
          `and on (${PROXY}) (max by (${PROXY}) (${lastSeen(INSPECTED, 'envoy')}) > max by (${PROXY}) (${INSPECTED} offset 30m))`,
          `unless on (${PROXY}) ${lastSeen('meshladder_proxy_out_of_sync_since_timestamp_seconds', 'istiod')}`,
        ].join('\n'),
      for: '1m',
      keepFiringFor: '3h',
      summary: 'A proxy that is SYNCED does not hold what istiod would send it.',
      description:
        '{{ $labels.proxy }}.{{ $labels.proxy_namespace }} differs from istiod in {{ $value }} {{ $labels.section }}, in two looks in a row, though it says SYNCED. meshladder diff shows which.',
    }),
    defineAlert({
      name: 'IstioReplicaConfigDrift',
      severity: 'warning',
      thresholds: {},
      expr: () =>
        `max by (mesh_cluster, workload_namespace, workload, section) (${lastSeen(FAMILIES.variants.name, 'envoy')}) > 1`,
      for: '15m',
      summary: 'Replicas of one workload hold different configurations.',
      description:
        'The replicas of {{ $labels.workload }}.{{ $labels.workload_namespace }} hold {{ $value }} different {{ $labels.section }}, though all are SYNCED: a request fares by the replica that it meets. meshladder compare shows where they differ.',
    }),
  ],
};
