import type { Random } from '../random.ts';

/** How a request ended, as far as the log line shows it. */
export interface Outcome {
  readonly code: number;
  readonly flags: string;
  readonly details: string;
  readonly transport?: string;
  /** NR and NC lines name no cluster. */
  readonly hasCluster: boolean;
  readonly reachesUpstream: boolean;
}

/** Codes of answers that an application gave, each as often as it stands here. */
const ANSWERED = [
  200, 200, 200, 200, 200, 200, 200, 200, 201, 204, 301, 304, 400, 401, 404, 404, 409, 500, 503,
] as const;

const answered = ANSWERED.map(
  (code): Outcome => ({
    code,
    flags: '-',
    details: 'via_upstream',
    hasCluster: true,
    reachesUpstream: true,
  }),
);

const REFUSED = 'delayed_connect_error:_Connection_refused';
const resetBefore = (why: string): string => `upstream_reset_before_response_started{${why}}`;

/** The failures of a bad day in the flags that design and documentation name; each as likely as the next. */
const FAILED: readonly Outcome[] = [
  failure(404, 'NR', 'route_not_found', { hasCluster: false }),
  failure(503, 'NC', 'cluster_not_found', { hasCluster: false }),
  failure(503, 'UF', resetBefore(`remote_connection_failure|${REFUSED}`), { transport: REFUSED }),
  failure(503, 'UF,URX', resetBefore(`remote_connection_failure|${REFUSED}`), { transport: REFUSED }),
  failure(503, 'UH', 'no_healthy_upstream'),
  failure(503, 'UO', resetBefore('overflow')),
  failure(403, 'UAEX', 'ext_authz_denied'),
  failure(0, 'DC', 'downstream_remote_disconnect', { reachesUpstream: true }),
  failure(504, 'UT', 'response_timeout', { reachesUpstream: true }),
  failure(502, 'UPE', resetBefore('protocol_error'), { reachesUpstream: true }),
  failure(403, '-', 'rbac_access_denied_matched_policy[ns[payment]-policy[deny-all]-rule[0]]'),
];

/** 97 % answered, the rest one of the failures. */
export function pickOutcome(random: Random): Outcome {
  return random.pick(random.next() < 0.97 ? answered : FAILED);
}

function failure(
  code: number,
  flags: string,
  details: string,
  rest: Partial<Pick<Outcome, 'transport' | 'hasCluster' | 'reachesUpstream'>> = {},
): Outcome {
  return { code, flags, details, hasCluster: true, reachesUpstream: false, ...rest };
}
