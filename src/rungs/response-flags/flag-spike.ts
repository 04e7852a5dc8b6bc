import { type FlagWatch, MIN_REQUESTS, TIMES_BEFORE } from '../../model/flag-watch.ts';
import { type AlertSpec, defineAlert, type RecordingSpec } from '../alert.ts';

type RecordName = RecordingSpec['record'];

/** Names of the recordings that flags are judged by, and the labels that remain in them. */
export interface FlagLevel {
  readonly by: readonly string[];
  readonly flags: RecordName;
  readonly requests: RecordName;
  readonly ratio: RecordName;
  /** All requests of a mesh: where it has no past, nothing is known to be usual. */
  readonly ofMesh: RecordName;
  /** A better witness of the same, in PromQL from `unless` on: where it speaks, these are silent. */
  readonly unless?: string;
}

/** One that counts flags: which alerts it has, and by what they are judged. */
export interface FlagWitness {
  readonly alert: 'IstioResponseFlagSpike' | 'IstioMetricsFlagSpike';
  /** The one whose runbooks these alerts use, where they have none of their own. */
  readonly runbooks?: 'IstioResponseFlagSpike';
  readonly destination: FlagLevel;
  readonly workload: FlagLevel;
  /** Ends the sentence of the description, as ` by Istio's own metrics`. */
  readonly words: string;
  /** By flag, what the description adds. */
  readonly causes: Readonly<Record<string, string>>;
}

/** A flag on many more requests than just before: neither a quiet service nor a steady background wakes anybody. */
export function flagSpike(watch: FlagWatch, witness: FlagWitness): AlertSpec {
  const { flag, per, severity, share, lines, why, summary } = watch;
  const level = witness[per];
  return defineAlert({
    name: `${witness.alert}${flag}`,
    ...(witness.runbooks !== undefined && { runbook: `${witness.runbooks}${flag}` as const }),
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
    expr: (least) => spike(`{flag="${flag}"}`, level, least),
    for: '1m',
    keepFiringFor: '5m',
    summary,
    description: `{{ $value | humanizePercentage }} of ${OF[per]} carry ${flag} in the last five minutes, several times the usual${witness.words}.${witness.causes[flag] ?? ''} meshladder decode ${flag} says what to check.`,
  });
}

const OF: Readonly<Record<FlagWatch['per'], string>> = {
  destination: '{{ $labels.direction }} requests to {{ $labels.destination }}',
  workload: 'the requests through {{ $labels.workload }}.{{ $labels.proxy_namespace }}',
};

type Least = Readonly<Record<'share' | 'lines' | 'requests' | 'timesBefore', number>>;

function spike(own: string, { by, flags, requests, ratio, ofMesh, unless }: FlagLevel, least: Least): string {
  return [
    `${ratio}${own} > ${least.share}`,
    `and ${flags}${own} >= ${least.lines}`,
    `and on (${by.join(', ')}) ${requests} >= ${least.requests}`,
    `and ${ratio}${own} > ${least.timesBefore} * (`,
    // Sums and not an average of shares: times without the flag have no share, and must count as 0.
    `  sum_over_time(${flags}${own}[1h] offset 10m) / on (${by.join(', ')}) group_left () sum_over_time(${requests}[1h] offset 10m)`,
    `  or 0 * ${ratio}${own})`,
    // The first minutes of a Prometheus, or of access logs: what has been so for months would look new.
    `and on (mesh_cluster) present_over_time(${ofMesh}[1h] offset 10m)`,
    ...(unless === undefined ? [] : [unless]),
  ].join('\n');
}
