import type { AuthorizationQuestion } from '../../model/authorization-question.ts';
import { known } from '../../model/observed.ts';
import type { Pod } from '../../model/workload.ts';
import type { AskedThere, Place } from './decide-at.ts';
import type { Decision } from './decision.ts';
import { evaluateRequest } from './evaluate-request.ts';
import type { AuthorizationPolicy } from './policy.ts';
import { portsOfServices } from './port-of-service.ts';
import { type WaypointName, waypointAsked } from './waypoint-services.ts';

/**
 * Where a waypoint stands before a ztunnel, the ztunnel sees the waypoint as the caller, and the waypoint has a say of its
 * own. @returns undefined where there is none
 */
export function waypointBefore(
  { target, pod }: Place,
  policies: readonly AuthorizationPolicy[],
  { question, mesh, request }: AskedThere,
): Decision | undefined {
  const waypoint = target.enforcer === 'ztunnel' && pod !== undefined ? waypointOf(question, pod) : undefined;
  if (waypoint === undefined) return undefined;
  const { principal: _principal, sourceIp: _ip, ...rest } = request;
  const decision = evaluateRequest(policies, rest, { mesh, ztunnel: true });
  if (decision.decision === 'deny') return decision;
  const [namespace, name] = waypoint.split('/');
  const reason = `waypoint ${waypoint} has its say first: ask for it, meshladder authz ${name}.${namespace} --service NAME.${pod?.namespace}`;
  return { decision: 'unknown', reason, needs: [], steps: decision.steps };
}

function waypointOf({ cluster }: AuthorizationQuestion, pod: Pod): WaypointName | undefined {
  const ofNamespace = known(cluster.namespaces)?.get(pod.namespace)?.labels;
  const services = portsOfServices(pod, known(cluster.services)?.values() ?? []).map(({ service }) => service.labels);
  for (const labels of [...services, pod.labels]) {
    const waypoint = waypointAsked(pod.namespace, labels, ofNamespace);
    if (waypoint !== undefined) return waypoint;
  }
  return undefined;
}
