import { defineAlert, type RuleGroup } from '../alert.ts';
import { lastSeen } from '../promql.ts';
import { FAMILIES as FLAGS } from '../response-flags/families.ts';
import { FAMILIES } from './families.ts';

const EXPECTED = 'route_subset:meshladder_requests_expected:increase5m';
const OBSERVED = 'route_subset:meshladder_requests_observed:increase5m';
const SPLIT = 'mesh_cluster, object_namespace, object_kind, object_name, route, destination, subset';
const ROUTE = 'mesh_cluster, destination, route';

const declared = (offset = ''): string =>
  `max by (${SPLIT}) (${lastSeen(`${FAMILIES.declaredRatio.name}${offset}`, 'kubernetes')})`;

/** Requests of callers that log all of them: what is filtered is no sample of the whole. */
function sent(by: string): string {
  const filtered = lastSeen(`${FLAGS.accessLogging.name}{mode="filtered"}`, 'kubernetes');
  return `sum by (${by}) (increase(${FLAGS.requests.name}{direction="outbound"}[5m]) unless on (mesh_cluster, proxy_namespace) (${filtered} > 0))`;
}

/** Alerts of rung 3: whether requests are divided as it is declared. */
export const RULES: RuleGroup = {
  recordings: [
    {
      record: EXPECTED,
      expr: `${declared()}\n* on (${ROUTE}) group_left ()\n${sent(ROUTE)}`,
      about: 'Requests of the last five minutes that a subset should have had by its declared weight.',
    },
    {
      record: OBSERVED,
      expr: `(0 * ${declared()}\n+ on (${ROUTE}, subset) group_left ()\n${sent(`${ROUTE}, subset`)})\nor 0 * ${EXPECTED}`,
      about: 'Requests of the last five minutes that it had.',
    },
  ],
  alerts: [
    defineAlert({
      name: 'IstioCanaryNotApplied',
      severity: 'warning',
      thresholds: {
        sigma: {
          value: 5,
          unit: 'sigma',
          why: 'By chance alone a share is off by five standard deviations less than once in a million looks.',
        },
        expected: {
          value: 20,
          unit: 'count',
          why: 'Where fewer requests are expected in five minutes, chance moves the share too far to accuse anybody.',
        },
      },
      expr: ({ sigma, expected }) =>
        [
          'label_replace(',
          `  (${EXPECTED} - ${OBSERVED}) / clamp_min(sqrt(${EXPECTED} * (1 - ${declared()})), 1) > ${sigma}`,
          `  and ${EXPECTED} >= ${expected}`,
          // Requests of before a change say nothing of what is declared now.
          `  and (${declared()} == max by (${SPLIT}) (${FAMILIES.declaredRatio.name} offset 5m)),`,
          '  "proxy_namespace", "$1", "object_namespace", "(.*)")',
        ].join('\n'),
      for: '1m',
      summary: 'Traffic does not split as the VirtualService or HTTPRoute says.',
      description:
        '{{ $labels.object_kind }} {{ $labels.object_namespace }}/{{ $labels.object_name }}: {{ with $labels.subset }}subset {{ . }} of {{ end }}{{ $labels.destination }} gets fewer requests than its declared weight, by {{ $value | humanize }} standard deviations. Ask first whether its callers are in sync: meshladder check.',
    }),
  ],
};
