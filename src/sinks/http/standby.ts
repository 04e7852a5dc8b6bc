import { type Answer, jsonAnswer, type Route, textAnswer } from './answer.ts';
import { METRICS_TYPE } from './routes.ts';

/** What is known by a replica that does not lead. */
export interface Standby {
  /** Who leads instead, by its name in the Lease; undefined while nobody is known to. */
  readonly leader: string | undefined;
}

export interface StandbyOptions {
  /** Asked at each request, before it is answered and once more when the answer is there; undefined: this one leads. */
  readonly standby: () => Standby | undefined;
  readonly telemetryPath: string;
  /** What it exposes of itself alone. */
  readonly metrics: () => Promise<string>;
}

/** What no mesh is told by: probes, what is here, how this process fares, and the runbooks with what draws them. */
const OF_THE_PROCESS = /^\/(-\/.*|readyz|livez|healthz|about|api\/v1\/status|runbooks(\/.*)?|page\/[\w-]+\.js)$/;

/**
 * The same routes, but that a replica which does not lead tells nothing of the mesh: it does not know it, and an empty
 * mesh would be taken for one that is well. Nor does one that lost the lead while it made its answer.
 */
export function orStandby(routes: readonly Route[], options: StandbyOptions): readonly Route[] {
  return routes.map((route) => (OF_THE_PROCESS.test(route.path) ? route : guarded(route, options)));
}

function guarded(route: Route, options: StandbyOptions): Route {
  const { standby } = options;
  return {
    ...route,
    async answer(asked) {
      const answer = standby() === undefined ? await route.answer(asked) : undefined;
      const now = standby();
      if (answer !== undefined && now === undefined) return answer;
      return standbyAnswer(route.path, now ?? { leader: undefined }, options);
    },
  };
}

async function standbyAnswer(path: string, { leader }: Standby, options: StandbyOptions): Promise<Answer> {
  if (path === options.telemetryPath) return { status: 200, type: METRICS_TYPE, body: await options.metrics() };
  const pod = leader === undefined ? undefined : podOf(leader);
  const error = standbyWords(pod);
  if (!/^\/api\/|\.json$/.test(path)) return textAnswer(503, error);
  const refusal: StandbyRefusal = { error, standby: true, ...(pod !== undefined && { leader: pod }) };
  return jsonAnswer(503, refusal);
}

/** What of the API a standby answers. */
export interface StandbyRefusal {
  readonly error: string;
  readonly standby: true;
  /** The pod of the one that leads; absent while nobody is known to. */
  readonly leader?: string;
}

/** A name in a Lease is whatever somebody wrote there. */
const MAX_NAME = 300;

function podOf(leader: string): string {
  const [pod = ''] = leader.slice(0, MAX_NAME).split('_');
  return pod;
}

function standbyWords(pod: string | undefined): string {
  if (pod === undefined)
    return 'this replica stands by, and no other is known to lead; it will, within seconds, if no other does';
  return `this replica stands by: ${pod} leads and tells of the mesh; ask that one`;
}
