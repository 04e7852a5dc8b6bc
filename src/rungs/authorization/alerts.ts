import { defineAlert, type RuleGroup } from '../alert.ts';
import { grown } from '../promql.ts';
import { FAMILIES } from './families.ts';

const BY = 'mesh_cluster, proxy_namespace, workload, policy_namespace, policy';
const DENIALS = FAMILIES.denials.name;

/** Alerts of rung 6: policies that suddenly deny. */
export const RULES: RuleGroup = {
  recordings: [
    {
      record: 'policy:meshladder_authorization_denials:increase5m',
      expr: grown(DENIALS, BY.split(', ')),
      about: 'Requests that a policy denied in the last five minutes.',
    },
  ],
  alerts: [
    defineAlert({
      name: 'IstioAuthorizationDenials',
      severity: 'warning',
      thresholds: {
        denials: { value: 20, unit: 'count', why: 'A scanner or a probe is denied now and then, and should be.' },
        timesBefore: {
          value: 4,
          unit: 'times',
          why: 'A policy that denies some callers all the time does its work; several times as many is a change.',
        },
      },
      expr: ({ denials, timesBefore }) => {
        const now = 'policy:meshladder_authorization_denials:increase5m';
        return [
          `${now} >= ${denials}`,
          `and ${now} > ${timesBefore} * (sum by (${BY}) (increase(${DENIALS}[1h] offset 10m)) / 12 or 0 * ${now})`,
        ].join('\n');
      },
      for: '1m',
      keepFiringFor: '5m',
      summary: 'An AuthorizationPolicy denies many more requests than before.',
      description:
        '{{ $labels.workload }}.{{ $labels.proxy_namespace }} denied {{ $value | humanize }} requests in five minutes by policy {{ $labels.policy_namespace }}/{{ $labels.policy }} (none: no ALLOW rule matched). meshladder authz tells why, for one request.',
    }),
  ],
};
