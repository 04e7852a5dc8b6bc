import { type AlertSpec, defineAlert, type RecordingSpec } from '../alert.ts';

/** Windows of the burn rate, as in Google's SRE workbook. */
export const BURN_WINDOWS = ['5m', '30m', '1h', '6h'] as const;
export type BurnWindow = (typeof BURN_WINDOWS)[number];

/** One that counts requests to destinations, and those of them that failed in the mesh. */
export interface BurnWitness {
  readonly name: 'IstioFlagBudgetBurn' | 'IstioMetricsFlagBudgetBurn';
  readonly runbook?: 'IstioFlagBudgetBurn';
  /** The recorded share of a window, by mesh_cluster and destination. */
  readonly ratio: (window: BurnWindow) => RecordingSpec['record'];
  /** Series of the recorded outbound requests of five minutes, by destination. */
  readonly requests: string;
  /** Requests of the last hour, by mesh_cluster and destination. */
  readonly requestsOfHour: string;
  /** A better witness, in PromQL from `unless` on. */
  readonly unless?: string;
  /** Further sentences of the description. */
  readonly more: string;
}

/** The share of requests that fail in the mesh, against a budget of thirty days, over two windows at two speeds. */
export function budgetBurn(witness: BurnWitness): AlertSpec {
  const { name, runbook, more } = witness;
  return defineAlert({
    name,
    ...(runbook !== undefined && { runbook }),
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
    expr: (least) => burn(witness, least),
    for: '2m',
    summary: 'Requests to a destination fail in the mesh faster than its budget allows.',
    description: `{{ $value | humanizePercentage }} of the requests to {{ $labels.destination }} fail with a response flag: at this rate the budget of a month is gone in days.${more}`,
  });
}

type Least = Readonly<Record<'budget' | 'fast' | 'slow' | 'requests', number>>;

function burn({ ratio, requests, requestsOfHour, unless }: BurnWitness, least: Least): string {
  const at = (times: number, long: BurnWindow, short: BurnWindow): string =>
    `${ratio(long)} > ${times} * ${least.budget} and ${ratio(short)} > ${times} * ${least.budget}`;
  // A window says nothing that is not filled at least by half: the first minutes of a Prometheus or of a service are no
  // hour. What fails from the first minute on is a spike.
  const seen = (range: string): string =>
    `and on (mesh_cluster, destination) present_over_time(${requests}[${range}] offset ${range})`;
  return [
    '(',
    `  (${at(least.fast, '1h', '5m')} ${seen('30m')})`,
    'or',
    `  (${at(least.slow, '6h', '30m')} ${seen('3h')})`,
    ')',
    `and on (mesh_cluster, destination) ${requestsOfHour} > ${least.requests}`,
    ...(unless === undefined ? [] : [unless]),
  ].join('\n');
}
