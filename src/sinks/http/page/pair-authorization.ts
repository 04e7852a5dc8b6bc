import type { DenialCount } from '../../../model/denial-count.ts';
import { recentTraffic } from '../../../model/recent-traffic.ts';
import type { MeshSnapshot } from '../../../model/snapshot.ts';
import { LONGEST_SECONDS } from '../../../model/traffic-marks.ts';
import { authzCommand } from '../../../rungs/authorization/authz-command.ts';
import { serversAhead } from '../../../rungs/authorization/called-servers.ts';
import { policyCounts } from '../../../rungs/authorization/policy-counts.ts';
import { denierRuleText } from '../../../rungs/authorization/policy-words.ts';
import { counted, span } from '../../../rungs/wording.ts';
import type { PairAnswer } from './pair-checks.ts';
import type { PairEnds, PairPod } from './pair-servers.ts';

/**
 * Whether policies in front of the servers deny this caller: what its requests were answered, what the servers say of denials
 * (whose, they do not log), and what the policies make of it.
 */
export function authorizationOfPair(snapshot: MeshSnapshot, ends: PairEnds): PairAnswer {
  const { callers, servers, host } = ends;
  const [caller] = callers;
  const [server] = servers;
  const policies = policyCounts(snapshot)?.filter((each) => isOneOf(servers, each));
  // It tells of a certain path, method or port what is not certain here.
  const next = caller === undefined || server === undefined ? null : authzCommand(server, caller);
  if (policies === undefined) {
    return { verdict: 'unknown', summary: 'pods or AuthorizationPolicies are not known', evidence: [], next };
  }
  const ahead = caller === undefined ? [] : serversAhead(snapshot, caller).filter((each) => each.host === host);
  const denials = denialsAt(snapshot, servers);
  const evidence = [
    ...ahead.map(({ where, verdict, words }) => `${where}: ${verdict === 'denied' ? 'denies it ' : ''}${words}`),
    ...(denials?.counts ?? []).map(denialText),
    ...policies.map(({ policies: count, action, workload }) => `${count} ${action} in front of ${workload}`),
  ];
  const denying = ahead.find(({ verdict }) => verdict === 'denied');
  if (denying !== undefined) {
    const summary = `${denying.where} denies whatever it asks for, ${denying.words}`;
    return { verdict: 'finding', summary, evidence, next: denying.next };
  }
  if (denials === undefined) return { verdict: 'unknown', summary: 'no log tells of denials', evidence, next };
  if (ends.refused > 0) return { ...refusedAnswer(ends.refused, denials), evidence, next };
  if (policies.length === 0)
    return { verdict: 'ok', summary: 'no AuthorizationPolicy in the way', evidence, next: null };
  return {
    verdict: 'ok',
    summary: `none of its requests was denied in ${span(denials.seconds)}`,
    evidence,
    next: null,
  };
}

/** What servers logged of late. */
interface Denials {
  readonly seconds: number;
  readonly counts: readonly DenialCount[];
}

function denialsAt(snapshot: MeshSnapshot, servers: readonly PairPod[]): Denials | undefined {
  const recent = recentTraffic(snapshot, LONGEST_SECONDS);
  if (recent === undefined) return undefined;
  const counts = recent.denials.filter(({ proxyNamespace, workload }) =>
    servers.some((pod) => pod.namespace === proxyNamespace && pod.tellsAs === workload),
  );
  return { seconds: recent.seconds, counts };
}

/** What its answers of 403 alone tell; undefined where there were none. */
export function refusalOf(
  snapshot: MeshSnapshot,
  { servers, refused }: Pick<PairEnds, 'servers' | 'refused'>,
): Pick<PairAnswer, 'verdict' | 'summary'> | undefined {
  const denials = refused > 0 ? denialsAt(snapshot, servers) : undefined;
  return denials && refusedAnswer(refused, denials);
}

/** A caller's log does not say who refused. */
function refusedAnswer(refused: number, { seconds, counts }: Denials): Pick<PairAnswer, 'verdict' | 'summary'> {
  const isDenied = counts.length > 0;
  const who = isDenied ? 'policies there deny requests' : 'no policy there denied any, so the application did';
  const summary = `${counted(refused, 'request')} answered 403 in ${span(seconds)}; ${who}`;
  return { verdict: isDenied ? 'finding' : 'unknown', summary };
}

function isOneOf(
  pods: readonly PairPod[],
  { namespace, workload }: { readonly namespace: string; readonly workload: string },
): boolean {
  return pods.some((pod) => pod.namespace === namespace && pod.workload === workload);
}

function denialText({ workload, denial, count }: DenialCount): string {
  return `${workload} denied ${counted(count, 'request')} of some caller by ${denierRuleText(denial)}`;
}
