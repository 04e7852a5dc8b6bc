import { membershipOf } from '../../model/membership.ts';
import type { Labels, Pod } from '../../model/workload.ts';
import type { AuthorizationPolicy, TargetRef } from './policy.ts';

/** A service that a waypoint serves, or a ServiceEntry. */
export interface ServedName {
  readonly kind: 'Service' | 'ServiceEntry';
  readonly namespace: string;
  readonly name: string;
}

/** Where policies are enforced. */
export interface PolicyTarget {
  readonly namespace: string;
  readonly labels: Labels;
  readonly enforcer: 'envoy' | 'waypoint' | 'ztunnel';
  /** What a waypoint serves: of one request, or of all. */
  readonly serves: readonly ServedName[];
}

/** What enforces policies for a pod; undefined where nothing does. */
export function targetOf(pod: Pod, serves: readonly ServedName[] = []): PolicyTarget | undefined {
  const { namespace, labels } = pod;
  switch (membershipOf(pod)) {
    case 'sidecar':
    case 'native_sidecar':
    case 'gateway':
      return { namespace, labels, enforcer: 'envoy', serves: [] };
    case 'waypoint':
      return { namespace, labels, enforcer: 'waypoint', serves };
    case 'ambient':
      return { namespace, labels, enforcer: 'ztunnel', serves: [] };
    case 'ztunnel':
    case 'ambient_pending':
    case 'none':
      return undefined;
  }
}

const GATEWAY_NAME = 'gateway.networking.k8s.io/gateway-name';
const GATEWAY_API = 'gateway.networking.k8s.io';

/**
 * Whether a policy applies to a workload (Istio pilot/pkg/model/policyattachment.go). Gateways of the
 * Gateway API also take policies by selector, as istiod's default has it; waypoints never.
 */
export function applies(policy: AuthorizationPolicy, target: PolicyTarget, rootNamespace: string): boolean {
  const { namespace, enforcer, serves } = target;
  const { targetRefs } = policy;
  const isServed = targetRefs.length > 0 && serves.some((served) => served.namespace === policy.namespace);
  if (policy.namespace !== rootNamespace && policy.namespace !== namespace && !isServed) return false;
  if (targetRefs.length > 0) return targetRefs.some((ref) => isTargeted(ref, policy, target, rootNamespace));
  if (enforcer === 'waypoint') return false;
  if (enforcer === 'ztunnel' && (policy.action === 'CUSTOM' || policy.action === 'AUDIT')) return false;
  return Object.entries(policy.selector ?? {}).every(
    ([key, value]) => Object.hasOwn(target.labels, key) && target.labels[key] === value,
  );
}

function isTargeted(ref: TargetRef, policy: AuthorizationPolicy, target: PolicyTarget, rootNamespace: string): boolean {
  const { labels, enforcer, serves, namespace } = target;
  const gateway = Object.hasOwn(labels, GATEWAY_NAME) ? labels[GATEWAY_NAME] : undefined;
  // A sidecar and a ztunnel take no policy with a target.
  if (gateway === undefined) return false;
  if (enforcer === 'waypoint' && isServedRef(ref, policy, serves)) return true;
  if (ref.group !== GATEWAY_API) return false;
  if (ref.kind === 'GatewayClass') {
    return enforcer === 'waypoint' && ref.name === 'istio-waypoint' && policy.namespace === rootNamespace;
  }
  const isHere = policy.namespace === namespace && (ref.namespace === '' || ref.namespace === namespace);
  return isHere && ref.kind === 'Gateway' && ref.name === gateway;
}

/** The core group is called `` or `core`. */
const GROUPS: Readonly<Record<ServedName['kind'], readonly string[]>> = {
  Service: ['', 'core'],
  ServiceEntry: ['networking.istio.io'],
};

function isServedRef(
  { group, kind, name }: TargetRef,
  policy: AuthorizationPolicy,
  serves: readonly ServedName[],
): boolean {
  return serves.some(
    (served) =>
      served.kind === kind &&
      GROUPS[served.kind].includes(group) &&
      served.name === name &&
      served.namespace === policy.namespace,
  );
}
