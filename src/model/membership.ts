import { proxyTypeOfPod } from './proxy-pod.ts';
import type { Pod } from './workload.ts';

/** How a pod takes part in the mesh. */
export const MEMBERSHIPS = [
  'sidecar',
  'native_sidecar',
  'gateway',
  'waypoint',
  'ztunnel',
  'ambient',
  'ambient_pending',
  'none',
] as const;
export type Membership = (typeof MEMBERSHIPS)[number];

/** Written by Istio's CNI node agent once a pod's traffic goes through its ztunnel, and while that is only half done. */
const REDIRECTION = 'ambient.istio.io/redirection';

/** A proxy of its own decides before ambient: a pod with a sidecar is not enrolled (Istio cni/pkg/util/podutil.go). */
export function membershipOf(pod: Pod): Membership {
  if (pod.proxy !== undefined) return membershipOfProxy(pod, pod.proxy.native);
  const redirection = pod.annotations[REDIRECTION];
  if (redirection === 'enabled') return 'ambient';
  return redirection === 'pending' ? 'ambient_pending' : 'none';
}

function membershipOfProxy(pod: Pod, native: boolean): Membership {
  const type = proxyTypeOfPod(pod);
  if (type === 'router') return 'gateway';
  if (type === 'waypoint' || type === 'ztunnel') return type;
  return native ? 'native_sidecar' : 'sidecar';
}
