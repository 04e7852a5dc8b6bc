import { defineAlert, type RuleGroup } from '../alert.ts';
import { WHOLE_VALUE } from '../alert-text.ts';
import { grown } from '../promql.ts';
import { FAMILIES } from './families.ts';

const BY = 'mesh_cluster, proxy_namespace, workload, policy_namespace, policy';
const DENIALS = FAMILIES.denials.name;

/** Of a shorter past no average can be told. */
const MINUTES_OF_PAST = 5;

/** For how many minutes of the hour before access logs were read: only for these is it known how many were denied. */
const MINUTES_READ =
  'count_over_time((max by (mesh_cluster) (meshladder_source_up{source="access_log"}) == 1)[1h:1m] offset 10m)';

/** A denial without a namespace is by no policy that one could look up: `none` of the ALLOW rules matched, or `unknown`. */
const WHO =
  '{{ if $labels.policy_namespace }} by policy {{ $labels.policy_namespace }}/{{ $labels.policy }}{{ else if eq $labels.policy "none" }}: no ALLOW rule matched{{ else }} by an RBAC filter that is no AuthorizationPolicy{{ end }}';

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
          `and ${now} > ${timesBefore} * (5 * sum by (${BY}) (increase(${DENIALS}[1h] offset 10m)) / on (mesh_cluster) group_left () ${MINUTES_READ} or 0 * ${now})`,
          // The first minutes of a Prometheus, or of access logs: what has been denied for months would look new.
          `and on (mesh_cluster) ${MINUTES_READ} >= ${MINUTES_OF_PAST}`,
        ].join('\n');
      },
      for: '1m',
      keepFiringFor: '5m',
      summary: 'An AuthorizationPolicy denies many more requests than before.',
      description: `{{ $labels.workload }}.{{ $labels.proxy_namespace }} denied ${WHOLE_VALUE} requests in five minutes${WHO}. meshladder authz tells why, for one request.`,
    }),
  ],
};
