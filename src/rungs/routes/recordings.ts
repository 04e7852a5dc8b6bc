import type { RecordingSpec } from '../alert.ts';
import { lastSeen } from '../promql.ts';
import { FAMILIES as FLAGS } from '../response-flags/families.ts';
import { FAMILIES } from './families.ts';

export const DECLARED = 'route_subset:meshladder_route_weight_declared:ratio';
export const EXPECTED = 'route_subset:meshladder_requests_expected:increase5m';
export const OBSERVED = 'route_subset:meshladder_requests_observed:increase5m';
export const OBSERVED_SHARE = 'route_subset:meshladder_requests_observed_per_requests:ratio_increase5m';
const REQUESTS = 'route:meshladder_requests:increase5m';

/** The labels of one declared weight. */
export const SPLIT: readonly string[] = [
  'mesh_cluster',
  'object_namespace',
  'object_kind',
  'object_name',
  'route',
  'destination',
  'subset',
];
const ROUTE = 'mesh_cluster, destination, route';

/** Requests of callers that log all of them: what is filtered is no sample of the whole. */
function sent(by: string): string {
  const filtered = lastSeen(`${FLAGS.accessLogging.name}{mode="filtered"}`, 'kubernetes');
  return `sum by (${by}) (increase(${FLAGS.requests.name}{direction="outbound"}[5m]) unless on (mesh_cluster, proxy_namespace) (${filtered} > 0))`;
}

/** What is declared of each route, and what was seen of it. */
export const RECORDINGS: readonly RecordingSpec[] = [
  {
    record: DECLARED,
    expr: `max by (${SPLIT.join(', ')}) (${lastSeen(FAMILIES.declaredRatio.name, 'kubernetes')})`,
    about: 'Share of its route that a subset is declared to have.',
  },
  {
    record: REQUESTS,
    expr: sent(ROUTE),
    about: 'Requests of the last five minutes on a route, of callers that log all of them.',
  },
  {
    record: EXPECTED,
    expr: `${DECLARED} * on (${ROUTE}) group_left () ${REQUESTS}`,
    about: 'Requests of the last five minutes that a subset should have had by its declared weight.',
  },
  {
    record: OBSERVED,
    expr: `(0 * ${DECLARED}\n+ on (${ROUTE}, subset) group_left ()\n${sent(`${ROUTE}, subset`)})\nor 0 * ${EXPECTED}`,
    about: 'Requests of the last five minutes that it had.',
  },
  {
    record: OBSERVED_SHARE,
    expr: `${OBSERVED} / on (${ROUTE}) group_left () (${REQUESTS} > 0)`,
    about: 'Share of the requests of its route that a subset had in the last five minutes.',
  },
];
