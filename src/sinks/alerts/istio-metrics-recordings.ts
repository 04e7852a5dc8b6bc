import { FLAG_WATCHES } from '../../model/flag-watch.ts';
import type { RecordingSpec } from '../../rungs/alert.ts';
import { sameAs, sentences, WHOLE_ANSWER } from '../../rungs/alert-text.ts';
import { grown } from '../../rungs/promql.ts';
import { BURN_WINDOWS, type BurnWindow } from '../../rungs/response-flags/budget-burn.ts';
import { NO_FAILURE } from '../../rungs/response-flags/flag-cause.ts';
import type { FlagLevel } from '../../rungs/response-flags/flag-spike.ts';
import { ratioOf } from '../../rungs/response-flags/recordings.ts';

/** Istio's own counter; its labels are in "Istio Standard Metrics". */
const REQUESTS = 'istio_requests_total';

/**
 * Both proxies of a request count it, and a waypoint as well; what one of them sees is never added to what another sees.
 * A flag that the client's proxy sets, the server's has not.
 */
const END_OF_REPORTER = { source: 'source', destination: 'destination', waypoint: 'destination' } as const;
type Reporter = keyof typeof END_OF_REPORTER;
const REPORTERS: readonly Reporter[] = ['source', 'destination', 'waypoint'];

const PAIR = ['mesh_cluster', 'reporter', 'direction', 'proxy_namespace', 'workload', 'destination'];
const OWN_FLAGS = 'workload_destination_response_flags:istio_requests:increase5m';
const OWN_REQUESTS = 'workload_destination:istio_requests:increase5m';
const REQUESTS_OF_MESH = 'mesh:istio_requests:increase5m';
const FLAGGED = 'destination:istio_flagged_requests:increase5m';

export const DESTINATION: FlagLevel = {
  by: ['mesh_cluster', 'destination', 'direction', 'reporter'],
  flags: 'destination_flag:istio_requests:increase5m',
  requests: 'destination:istio_requests:increase5m',
  ratio: 'destination_flag:istio_requests_per_requests:ratio_increase5m',
  ofMesh: REQUESTS_OF_MESH,
};

export const WORKLOAD: FlagLevel = {
  by: ['mesh_cluster', 'proxy_namespace', 'workload', 'reporter'],
  flags: 'workload_flag:istio_requests:increase5m',
  requests: 'workload:istio_requests:increase5m',
  ratio: 'workload_flag:istio_requests_per_requests:ratio_increase5m',
  ofMesh: REQUESTS_OF_MESH,
};

/** Of the series of one reporter: its mesh, its workload, the destination and the direction, by the names that we use. */
function inOurWords(expr: (matchers: string, labels: readonly string[]) => string, reporter: Reporter): string {
  const end = END_OF_REPORTER[reporter];
  const from: Readonly<Record<string, string>> = {
    mesh_cluster: `${end}_cluster`,
    proxy_namespace: `${end}_workload_namespace`,
    workload: `${end}_workload`,
    destination: 'destination_service',
  };
  const own = expr(`reporter="${reporter}"`, ['reporter', ...Object.values(from)]);
  const renamed = Object.entries(from).reduce(
    (inner, [ours, theirs]) => `label_replace(${inner}, "${ours}", "$1", "${theirs}", "(.*)")`,
    own,
  );
  return `label_replace(${renamed}, "direction", "${reporter === 'source' ? 'outbound' : 'inbound'}", "", "")`;
}

function ofEach(expr: (matchers: string, labels: readonly string[]) => string, labels: readonly string[]): string {
  const parts = REPORTERS.map((reporter) => inOurWords(expr, reporter));
  return `sum by (${labels.join(', ')}) (\n${parts.join('\nor\n')}\n)`;
}

/** Flags stand joined in one label, as `UF,URX`. */
function ofFlag({ by }: FlagLevel, flag: string, matchers: string): string {
  const own = `${OWN_FLAGS}{response_flags=~"(.+,)?${flag}(,.+)?",${matchers}}`;
  return `label_replace(sum by (${by.join(', ')}) (${own}), "flag", "${flag}", "", "")`;
}

/** @param known what must be known for a series to say something at this level */
function recordingsOf(level: FlagLevel, per: 'destination' | 'workload', known: string): readonly RecordingSpec[] {
  const flags = FLAG_WATCHES.filter((watch) => watch.per === per).map(({ flag }) => ofFlag(level, flag, known));
  const by = level.by.join(', ');
  return [
    {
      record: level.flags,
      expr: flags.join('\nor\n'),
      about: `Requests with each response flag that is watched by ${per} in the last five minutes, as Istio counts them.`,
    },
    {
      record: level.requests,
      expr: `sum by (${by}) (${OWN_REQUESTS}{${known}})`,
      about: `Requests in the last five minutes by ${per}, as Istio counts them.`,
    },
    { record: level.ratio, expr: ratioOf(level), about: `Share of requests with each of these flags, by ${per}.` },
  ];
}

/** Outbound requests of five minutes, by destination. */
export const BURN_REQUESTS: string = `${DESTINATION.requests}{reporter="source"}`;

/** The share of a window that failed in the mesh, as the proxies of the clients count. */
export function burnRatio(window: BurnWindow): `${string}:${string}:${string}` {
  return `destination:istio_flagged_requests_per_requests:ratio_rate${window}`;
}

function burnRecording(window: BurnWindow): RecordingSpec {
  // Sums of windows of five minutes, instead of hours of every series of Istio once more.
  const over = (series: string): string => `sum by (mesh_cluster, destination) (sum_over_time(${series}[${window}]))`;
  return {
    record: burnRatio(window),
    expr: `${over(FLAGGED)}\n/\n(${over(BURN_REQUESTS)} > 0)`,
    about: `Share of outbound requests to a destination with a flag that means a failure, over ${window}, as Istio counts them.`,
  };
}

/** The flags that requests to the destination of an alert have now, those on most first. */
export const FLAGS_AT_DESTINATION: string = sentences(
  `topk(3, sum by (flag) (${DESTINATION.flags}{${sameAs(['mesh_cluster', 'destination'])},reporter='source',flag!~'${NO_FAILURE}'}) > 0)`,
  ['mesh_cluster', 'destination'],
  `{{ .Labels.flag }} on ${WHOLE_ANSWER} in five minutes.`,
);

/** Istio's counter in our words, from what each proxy reports to shares by destination. */
export const RECORDINGS: readonly RecordingSpec[] = [
  {
    record: OWN_FLAGS,
    expr: ofEach(
      (reporter, labels) =>
        grown(`${REQUESTS}{${reporter},response_flags!~"-|"}`, [...labels, 'response_flags'], '(up offset 5m == 1)'),
      [...PAIR, 'response_flags'],
    ),
    about: 'Requests with flags in the last five minutes, by who reports them, its workload and the destination.',
  },
  {
    record: OWN_REQUESTS,
    expr: ofEach((reporter, labels) => `sum by (${labels.join(', ')}) (increase(${REQUESTS}{${reporter}}[5m]))`, PAIR),
    about: 'All requests in the last five minutes, by who reports them, its workload and the destination.',
  },
  {
    record: REQUESTS_OF_MESH,
    expr: `sum by (mesh_cluster) (${OWN_REQUESTS})`,
    about: 'What the proxies of a mesh report in the last five minutes; a request through two proxies is two.',
  },
  ...recordingsOf(DESTINATION, 'destination', 'destination!~"unknown|"'),
  ...recordingsOf(WORKLOAD, 'workload', 'workload!~"unknown|",reporter!="waypoint"'),
  {
    record: FLAGGED,
    expr: `sum by (mesh_cluster, destination) (${OWN_FLAGS}{reporter="source",destination!~"unknown|",response_flags!~"((${NO_FAILURE}),?)+"})`,
    about: 'Outbound requests with a flag that means a failure in the last five minutes, as Istio counts them.',
  },
  ...BURN_WINDOWS.map(burnRecording),
];
