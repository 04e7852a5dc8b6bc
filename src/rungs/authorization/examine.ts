import type { ProxyRow } from '../../model/proxy-row.ts';
import { hasTraffic, recentTraffic } from '../../model/recent-traffic.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import { LONGEST_SECONDS } from '../../model/traffic-marks.ts';
import { workloadOfPod } from '../../model/workload-of-pod.ts';
import { nextWithoutTraffic } from '../response-flags/next-without-traffic.ts';
import type { Finding, Scope } from '../rung.ts';
import { isOfScope, membersWith, podsIn, rowsIn } from '../scope.ts';
import { counted, firstOf, span } from '../wording.ts';
import { type ServerAhead, serversAhead } from './called-servers.ts';
import { type Asked, denialsFinding } from './denials-finding.ts';
import { type PolicyCount, policyCounts } from './policy-counts.ts';

/** Whether a policy denies requests: of a pod as its server's own log tells, and as the servers it calls would. */
export function examineAuthorization(snapshot: MeshSnapshot, scope: Scope): Finding {
  const policies = policyCounts(snapshot);
  const ahead = serversAhead(snapshot, scope);
  const standing = [
    ...ahead.map(aheadText),
    ...(policies === undefined ? [] : policiesText(policies, snapshot, scope)),
  ];
  const recent = recentTraffic(snapshot, LONGEST_SECONDS);
  const told = recent && denialsFinding(recent, standing, { snapshot, scope });
  if (told?.verdict === 'finding') return told;
  const foreseen = aheadFinding(ahead, standing, { snapshot, scope });
  if (foreseen !== undefined) return foreseen;
  if (told !== undefined) return told;
  if (policies === undefined) {
    return { verdict: 'unknown', summary: 'pods or AuthorizationPolicies are not known', evidence: [] };
  }
  if (standing.length === 0) return { verdict: 'ok', summary: 'no AuthorizationPolicy in the way', evidence: [] };
  if (recent === undefined) return unseen(policies, standing, { snapshot, scope });
  return { verdict: 'ok', summary: `nothing denied in ${span(recent.seconds)}`, evidence: standing };
}

/** Policies stand in the way, and nobody tells what they denied. */
function unseen(policies: readonly PolicyCount[], standing: readonly string[], { snapshot, scope }: Asked): Finding {
  const counts = hasTraffic(snapshot);
  const summary = `${counts ? 'counted for too short a time' : 'no traffic source'}, so denials are not seen`;
  const rows = counts ? [] : guardedRows(policies, snapshot, scope);
  const next = nextWithoutTraffic(snapshot, rows, 'grep rbac_access_denied');
  return { verdict: 'unknown', summary, evidence: standing, ...(next !== undefined && { next }) };
}

function aheadText({ verdict, where, words }: ServerAhead): string {
  return verdict === 'denied' ? `${where}: denied ${words}` : `${where}: ${words}`;
}

/**
 * What servers make of a caller: denied whatever it asks is a fault; where that hangs on the request, a doubt, once they
 * have answered 403. Undefined where neither is so.
 */
function aheadFinding(
  ahead: readonly ServerAhead[],
  evidence: readonly string[],
  { snapshot, scope }: Asked,
): Finding | undefined {
  const denied = ahead.filter(({ verdict }) => verdict === 'denied');
  const [first] = denied;
  if (first !== undefined) {
    const summary = firstOf(denied.map(({ where, words }) => `requests to ${where} denied ${words}`));
    return { verdict: 'finding', summary, evidence, next: first.next };
  }
  const refused = ahead.map((each) => ({ ...each, count: refusedBy(each.host, snapshot, scope) }));
  const doubted = refused.filter(({ count }) => count > 0);
  const [doubt] = doubted;
  if (doubt === undefined) return undefined;
  const { count, where, words, next } = doubt;
  const summary = `${where} answered ${counted(count, 'request')} with 403, by a policy or by itself; ${words}`;
  return { verdict: 'unknown', summary, evidence, next };
}

/** How many requests of the pod's workload a service has answered 403 lately: the caller's log does not say why. */
function refusedBy(host: string, snapshot: MeshSnapshot, scope: Scope): number {
  const requests = recentTraffic(snapshot, LONGEST_SECONDS)?.requests ?? [];
  return requests
    .filter(({ shape }) => shape.responseCode === 403 && shape.destination === host)
    .filter(({ shape }) => shape.direction === 'outbound' && isOfScope(shape, scope))
    .reduce((sum, { count }) => sum + count, 0);
}

/** The proxies asked about that policies stand in front of: only these deny anything. */
function guardedRows(policies: readonly PolicyCount[], snapshot: MeshSnapshot, scope: Scope): readonly ProxyRow[] {
  const guarded = new Set(policies.map(({ namespace, workload }) => `${namespace}/${workload}`));
  return rowsIn(snapshot, scope).filter(({ namespace, workload }) => guarded.has(`${namespace}/${workload}`));
}

/** `2 ALLOW, 1 DENY in front of payment-svc-v1`. */
function policiesText(policies: readonly PolicyCount[], snapshot: MeshSnapshot, scope: Scope): readonly string[] {
  const { namespace, name } = scope;
  const own = name === undefined ? undefined : workloadOfPod(name, podsIn(snapshot, scope)?.[0], snapshot.cluster);
  const asked = membersWith(policies, namespace, namespaceOf).filter(
    ({ workload }) => own === undefined || workload === own,
  );
  const byWorkload = Map.groupBy(asked, ({ namespace: home, workload }) => `${workload}.${home}`);
  const texts = [...byWorkload].map(([workload, counts]) => {
    return `${counts.map(({ policies: count, action }) => `${count} ${action}`).join(', ')} in front of ${workload}`;
  });
  const more = texts.length - 5;
  return more > 0 ? [...texts.slice(0, 5), `and policies in front of ${counted(more, 'other workload')}`] : texts;
}

function namespaceOf({ namespace }: PolicyCount): string {
  return namespace;
}
