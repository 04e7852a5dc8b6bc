import { type FlagWatch, MIN_REQUESTS, TIMES_BEFORE } from '../../model/flag-watch.ts';
import { type AlertSpec, defineAlert } from '../alert.ts';

/** Names of the recordings that flags are judged by, and the labels that remain in them. */
export interface FlagLevel {
  readonly by: readonly string[];
  readonly flags: `${string}:${string}:${string}`;
  readonly requests: `${string}:${string}:${string}`;
  readonly ratio: `${string}:${string}:${string}`;
}

export const DESTINATION: FlagLevel = {
  by: ['mesh_cluster', 'destination', 'direction'],
  flags: 'destination_flag:meshladder_response_flags:increase5m',
  requests: 'destination:meshladder_requests:increase5m',
  ratio: 'destination_flag:meshladder_response_flags_per_requests:ratio_increase5m',
};

/** Without direction: a line that found no route names no cluster, and so has none. */
export const WORKLOAD: FlagLevel = {
  by: ['mesh_cluster', 'proxy_namespace', 'workload'],
  flags: 'workload_flag:meshladder_response_flags:increase5m',
  requests: 'workload:meshladder_requests:increase5m',
  ratio: 'workload_flag:meshladder_response_flags_per_requests:ratio_increase5m',
};

/** A flag on many more requests than just before: neither a quiet service nor a steady background wakes anybody. */
export function flagSpike({ flag, per, severity, share, lines, why, summary }: FlagWatch): AlertSpec {
  const { by, flags, requests, ratio } = per === 'destination' ? DESTINATION : WORKLOAD;
  const own = `{flag="${flag}"}`;
  return defineAlert({
    name: `IstioResponseFlagSpike${flag}`,
    severity,
    thresholds: {
      share: { value: share, unit: 'ratio', why },
      lines: { value: lines, unit: 'count', why: 'A handful in five minutes is a share only on paper.' },
      requests: {
        value: MIN_REQUESTS,
        unit: 'count',
        why: 'With fewer requests in five minutes, one failure is a large share.',
      },
      timesBefore: {
        value: TIMES_BEFORE,
        unit: 'times',
        why: 'A steady background is known and wakes nobody; a spike is several times what it was in the hour before.',
      },
    },
    expr: (least) =>
      [
        `${ratio}${own} > ${least.share}`,
        `and ${flags}${own} >= ${least.lines}`,
        `and on (${by.join(', ')}) ${requests} >= ${least.requests}`,
        `and ${ratio}${own} > ${least.timesBefore} * (`,
        // Sums and not an average of shares: times without the flag have no share, and must count as 0.
        `  sum_over_time(${flags}${own}[1h] offset 10m) / on (${by.join(', ')}) group_left () sum_over_time(${requests}[1h] offset 10m)`,
        `  or 0 * ${ratio}${own})`,
      ].join('\n'),
    for: '1m',
    keepFiringFor: '5m',
    summary,
    description:
      per === 'destination'
        ? `{{ $value | humanizePercentage }} of {{ $labels.direction }} requests to {{ $labels.destination }} carry ${flag} in the last five minutes, several times the usual. meshladder decode ${flag} says what to check.`
        : `{{ $value | humanizePercentage }} of the requests through {{ $labels.workload }}.{{ $labels.proxy_namespace }} carry ${flag} in the last five minutes, several times the usual. meshladder decode ${flag} says what to check.`,
  });
}
