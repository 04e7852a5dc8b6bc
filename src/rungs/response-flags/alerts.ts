import { FLAG_WATCHES } from '../../model/flag-watch.ts';
import { defineAlert, type RecordingSpec, type RuleGroup } from '../alert.ts';
import { grown, lastSeen } from '../promql.ts';
import { FAMILIES } from './families.ts';
import { DESTINATION, type FlagLevel, flagSpike, WORKLOAD } from './flag-spike.ts';

const FLAGS = FAMILIES.responseFlags.name;
const REQUESTS = FAMILIES.requests.name;
const FLAGGED = FAMILIES.flaggedRequests.name;

function recordingsOf({ by, flags, requests, ratio }: FlagLevel, what: string): readonly RecordingSpec[] {
  return [
    {
      record: flags,
      expr: grown(FLAGS, [...by, 'flag']),
      about: `Requests with each response flag in the last five minutes, by ${what}.`,
    },
    { record: requests, expr: grown(REQUESTS, by), about: `Requests in the last five minutes, by ${what}.` },
    {
      record: ratio,
      expr: `${flags} / on (${by.join(', ')}) group_left () (${requests} > 0)`,
      about: `Share of requests with each response flag in the last five minutes, by ${what}.`,
    },
  ];
}

/** Windows of the burn rate, as in Google's SRE workbook. */
const WINDOWS = ['5m', '30m', '1h', '6h'] as const;
type Window = (typeof WINDOWS)[number];

function burnRatio(window: Window): `${string}:${string}:${string}` {
  return `destination:meshladder_flagged_requests_per_requests:ratio_rate${window}`;
}

function burnRecording(window: Window): RecordingSpec {
  const rate = (counter: string): string =>
    `sum by (mesh_cluster, destination) (rate(${counter}{direction="outbound"}[${window}]))`;
  return {
    record: burnRatio(window),
    expr: `${rate(FLAGGED)}\n/\n(${rate(REQUESTS)} > 0)`,
    about: `Share of outbound requests to a destination with a flag that means a failure, over ${window}.`,
  };
}

/** Alerts of rung 9: what users feel. */
export const RULES: RuleGroup = {
  recordings: [
    ...recordingsOf(DESTINATION, 'destination'),
    ...recordingsOf(WORKLOAD, 'workload of the proxy'),
    ...WINDOWS.map(burnRecording),
  ],
  alerts: [
    ...FLAG_WATCHES.map(flagSpike),
    defineAlert({
      name: 'IstioFlagBudgetBurn',
      severity: 'critical',
      thresholds: {
        budget: {
          value: 0.01,
          unit: 'ratio',
          why: 'One request in a hundred may fail in the mesh over thirty days; set it to what was promised.',
        },
        fast: {
          value: 14.4,
          unit: 'times',
          why: 'So fast, two percent of the budget of thirty days is gone in an hour.',
        },
        slow: { value: 6, unit: 'times', why: 'So fast, five percent of the budget is gone in six hours.' },
        requests: { value: 100, unit: 'count', why: 'With fewer requests in an hour, one failure is a large share.' },
      },
      expr: ({ budget, fast, slow, requests }) =>
        [
          '(',
          `  (${burnRatio('1h')} > ${fast} * ${budget} and ${burnRatio('5m')} > ${fast} * ${budget})`,
          'or',
          `  (${burnRatio('6h')} > ${slow} * ${budget} and ${burnRatio('30m')} > ${slow} * ${budget})`,
          ')',
          `and on (mesh_cluster, destination) sum by (mesh_cluster, destination) (increase(${REQUESTS}{direction="outbound"}[1h])) > ${requests}`,
        ].join('\n'),
      for: '2m',
      summary: 'Requests to a destination fail in the mesh faster than its budget allows.',
      description:
        '{{ $value | humanizePercentage }} of the requests to {{ $labels.destination }} fail with a response flag: at this rate the budget of a month is gone in days.',
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
