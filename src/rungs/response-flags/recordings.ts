import type { RecordingSpec } from '../alert.ts';
import { grown } from '../promql.ts';
import { BURN_WINDOWS, type BurnWindow } from './budget-burn.ts';
import { FAMILIES } from './families.ts';
import type { FlagLevel } from './flag-spike.ts';

const FLAGS = FAMILIES.responseFlags.name;
const REQUESTS = FAMILIES.requests.name;
const FLAGGED = FAMILIES.flaggedRequests.name;

const REQUESTS_OF_MESH = 'mesh:meshladder_requests:increase5m';

export const DESTINATION: FlagLevel = {
  by: ['mesh_cluster', 'destination', 'direction'],
  flags: 'destination_flag:meshladder_response_flags:increase5m',
  requests: 'destination:meshladder_requests:increase5m',
  ratio: 'destination_flag:meshladder_response_flags_per_requests:ratio_increase5m',
  ofMesh: REQUESTS_OF_MESH,
};

/** Without direction: a line that found no route names no cluster, and so has none. */
export const WORKLOAD: FlagLevel = {
  by: ['mesh_cluster', 'proxy_namespace', 'workload'],
  flags: 'workload_flag:meshladder_response_flags:increase5m',
  requests: 'workload:meshladder_requests:increase5m',
  ratio: 'workload_flag:meshladder_response_flags_per_requests:ratio_increase5m',
  ofMesh: REQUESTS_OF_MESH,
};

/** The share of requests of a level that have each flag, from its two counts. */
export function ratioOf({ by, flags, requests }: FlagLevel): string {
  return `${flags} / on (${by.join(', ')}) group_left () (${requests} > 0)`;
}

function recordingsOf(level: FlagLevel, what: string): readonly RecordingSpec[] {
  const { by, flags, requests, ratio } = level;
  return [
    {
      record: flags,
      expr: grown(FLAGS, [...by, 'flag']),
      about: `Requests with each response flag in the last five minutes, by ${what}.`,
    },
    { record: requests, expr: grown(REQUESTS, by), about: `Requests in the last five minutes, by ${what}.` },
    {
      record: ratio,
      expr: ratioOf(level),
      about: `Share of requests with each response flag in the last five minutes, by ${what}.`,
    },
  ];
}

/** The share of outbound requests to a destination that failed in the mesh, over a window. */
export function burnRatio(window: BurnWindow): `${string}:${string}:${string}` {
  return `destination:meshladder_flagged_requests_per_requests:ratio_rate${window}`;
}

function burnRecording(window: BurnWindow): RecordingSpec {
  const rate = (counter: string): string =>
    `sum by (mesh_cluster, destination) (rate(${counter}{direction="outbound"}[${window}]))`;
  return {
    record: burnRatio(window),
    expr: `${rate(FLAGGED)}\n/\n(${rate(REQUESTS)} > 0)`,
    about: `Share of outbound requests to a destination with a flag that means a failure, over ${window}.`,
  };
}

/** For dashboards: what alerts count over five minutes, in a second, and what all of a mesh comes to. */
const RATES: readonly RecordingSpec[] = [
  {
    record: 'destination_flag:meshladder_response_flags:rate5m',
    expr: `${DESTINATION.flags} / 300`,
    about: 'Requests with each response flag in a second, over five minutes, by destination.',
  },
  {
    record: 'mesh_flag:meshladder_response_flags:rate5m',
    expr: `sum by (mesh_cluster, direction, flag) (${DESTINATION.flags}) / 300`,
    about: 'Requests with each response flag in a second, over five minutes, of a mesh.',
  },
  {
    record: 'mesh:meshladder_flagged_requests_per_requests:ratio_rate5m',
    expr: `sum by (mesh_cluster) (rate(${FLAGGED}{direction="outbound"}[5m]))\n/\n(sum by (mesh_cluster) (rate(${REQUESTS}{direction="outbound"}[5m])) > 0)`,
    about: 'Share of outbound requests of a mesh with a flag that means a failure, over five minutes.',
  },
];

/** Flag counts and shares, by destination and by workload of the proxy. */
export const RECORDINGS: readonly RecordingSpec[] = [
  ...recordingsOf(DESTINATION, 'destination'),
  ...recordingsOf(WORKLOAD, 'workload of the proxy'),
  {
    record: REQUESTS_OF_MESH,
    expr: `sum by (mesh_cluster) (${WORKLOAD.requests})`,
    about: 'Lines of proxies for requests in the last five minutes, of a mesh; a request through two proxies is two.',
  },
  ...BURN_WINDOWS.map(burnRecording),
  ...RATES,
];
