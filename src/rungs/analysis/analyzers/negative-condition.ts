import type { ObjectRef } from '../../../model/analysis.ts';
import type { ConfigKey } from '../../../model/config-kinds.ts';
import { objectsAt, textAt } from '../../../model/spec-paths.ts';
import type { Condition, ConfigObject } from '../../../model/workload.ts';
import type { Analyzer, Report } from '../analyzer.ts';
import { refOf } from '../analyzer.ts';

const BINDING = ['istio.io/WaypointBound'];
const ACCEPTANCE = ['ZtunnelAccepted', 'WaypointAccepted'];
const GATEWAY_API = ['Accepted', 'Programmed', 'ResolvedRefs'];

const WATCHED: readonly (readonly [ConfigKey, readonly string[]])[] = [
  ['serviceentries.networking.istio.io', BINDING],
  ['authorizationpolicies.security.istio.io', ACCEPTANCE],
  ['gateways.gateway.networking.k8s.io', GATEWAY_API],
  ['httproutes.gateway.networking.k8s.io', GATEWAY_API],
  ['grpcroutes.gateway.networking.k8s.io', GATEWAY_API],
];

/** A controller says in an object's status that it does not do what the object asks for. */
export const negativeCondition: Analyzer = {
  codes: ['IST0171'],
  needs: [...WATCHED.map(([key]) => key), 'services'],
  analyze(world, report) {
    for (const { namespace, name, conditions } of world.services) {
      judge({ kind: 'Service', namespace, name }, conditions ?? [], BINDING, report);
    }
    for (const [key, types] of WATCHED) {
      for (const object of world.config(key)) judge(refOf(object), conditionsOf(object), types, report);
    }
  },
};

/** Routes have conditions for each gateway they are attached to. */
function conditionsOf({ status }: ConfigObject): readonly Condition[] {
  const parents = objectsAt(status, 'parents').flatMap((parent) => objectsAt(parent, 'conditions'));
  return [...objectsAt(status, 'conditions'), ...parents].map((condition) => ({
    type: textAt(condition, 'type'),
    status: textAt(condition, 'status'),
    reason: textAt(condition, 'reason'),
    message: textAt(condition, 'message'),
  }));
}

function judge(object: ObjectRef, conditions: readonly Condition[], types: readonly string[], report: Report): void {
  for (const condition of conditions) {
    if (types.includes(condition.type) && isNegative(condition)) report('IST0171', object, { ...condition });
  }
}

/** A waypoint that takes only a part of a policy says True, and why not all. */
function isNegative({ type, status, reason }: Condition): boolean {
  return status === 'False' || (type === 'WaypointAccepted' && reason === 'PartiallyInvalid');
}
