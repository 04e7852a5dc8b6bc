import type { ObjectMap } from '../../model/cluster.ts';
import type { Labels, Namespace, Pod, Service } from '../../model/workload.ts';
import type { ServedName } from './policy-target.ts';

const USE_WAYPOINT = 'istio.io/use-waypoint';
const USE_WAYPOINT_NAMESPACE = 'istio.io/use-waypoint-namespace';

/** Namespace and name of a waypoint, as in `shop/waypoint`. */
export type WaypointName = string;

/** The waypoint that labels ask for: a service's own word, else its namespace's; `none` says no (Istio docs, "Configure waypoint proxies"). */
export function waypointAsked(
  namespace: string,
  own: Labels,
  ofNamespace: Labels | undefined,
): WaypointName | undefined {
  for (const labels of [own, ofNamespace ?? {}]) {
    const name = labels[USE_WAYPOINT];
    if (name === 'none') return undefined;
    if (name !== undefined && name !== '') return `${labels[USE_WAYPOINT_NAMESPACE] ?? namespace}/${name}`;
  }
  return undefined;
}

/** Every service that asks for a waypoint, by waypoint. */
export function servicesByWaypoint(
  services: ObjectMap<Service>,
  namespaces: ObjectMap<Namespace> | undefined,
): ReadonlyMap<WaypointName, readonly ServedName[]> {
  const served = new Map<WaypointName, ServedName[]>();
  for (const { namespace, name, labels } of services.values()) {
    const waypoint = waypointAsked(namespace, labels, namespaces?.get(namespace)?.labels);
    if (waypoint === undefined) continue;
    const list = served.get(waypoint) ?? [];
    served.set(waypoint, list);
    list.push({ kind: 'Service', namespace, name });
  }
  return served;
}

/** Which waypoint a pod is an instance of. */
export function waypointOfPod({ namespace, labels }: Pod): WaypointName {
  return `${namespace}/${labels['gateway.networking.k8s.io/gateway-name'] ?? ''}`;
}
