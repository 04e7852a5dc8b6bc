import { defineAlert, type RuleGroup } from '../alert.ts';
import { sameAs, sentences } from '../alert-text.ts';
import { FAMILIES } from './families.ts';
import { DECLARED, EXPECTED, OBSERVED, OBSERVED_SHARE, RECORDINGS, SPLIT } from './recordings.ts';

const OF_ALERT = sameAs(SPLIT);

/** Alerts of rung 3: whether requests are divided as it is declared. */
export const RULES: RuleGroup = {
  recordings: RECORDINGS,
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
          `  (${EXPECTED} - ${OBSERVED}) / clamp_min(sqrt(${EXPECTED} * (1 - ${DECLARED})), 1) > ${sigma}`,
          `  and ${EXPECTED} >= ${expected}`,
          // Requests of before a change say nothing of what is declared now.
          `  and (${DECLARED} == max by (${SPLIT.join(', ')}) (${FAMILIES.declaredRatio.name} offset 5m)),`,
          '  "proxy_namespace", "$1", "object_namespace", "(.*)")',
        ].join('\n'),
      for: '1m',
      summary: 'Traffic does not split as the VirtualService or HTTPRoute says.',
      description: `{{ $labels.object_kind }} {{ $labels.object_namespace }}/{{ $labels.object_name }}: {{ with $labels.subset }}subset {{ . }} of {{ end }}{{ $labels.destination }} gets fewer requests than it should:${sentences(`${DECLARED}{${OF_ALERT}}`, SPLIT, 'declared {{ .Value | humanizePercentage }},')}${sentences(`${OBSERVED_SHARE}{${OF_ALERT}}`, SPLIT, 'observed {{ .Value | humanizePercentage }},')} {{ $value | humanize }} standard deviations off. Ask first whether its callers are in sync: meshladder check.`,
    }),
  ],
};
