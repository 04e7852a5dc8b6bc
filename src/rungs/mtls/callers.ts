import type { ObjectMap } from '../../model/cluster.ts';
import { membershipOf } from '../../model/membership.ts';
import { isLeaving } from '../../model/proxy-pod.ts';
import type { Pod } from '../../model/workload.ts';
import type { Caller } from './destination-rules.ts';

/**
 * Those who could call, as far as it makes a difference: one for each namespace with sidecars or gateways; every pod
 * where DestinationRules look at the caller's labels.
 * @param selective namespaces with such rules
 */
export function callersOf(pods: ObjectMap<Pod>, selective: ReadonlySet<string>): readonly Caller[] {
  const callers: Caller[] = [];
  const seen = new Set<string>();
  for (const pod of pods.values()) {
    if (isLeaving(pod) || !followsRules(pod)) continue;
    const { namespace, labels } = pod;
    if (seen.has(namespace) && !selective.has(namespace)) continue;
    seen.add(namespace);
    callers.push({ namespace, labels });
  }
  return callers;
}

/** A ztunnel takes no DestinationRule. */
function followsRules(pod: Pod): boolean {
  return ['sidecar', 'native_sidecar', 'gateway'].includes(membershipOf(pod));
}

/** Pods without any proxy, by namespace: they speak plaintext. Istio's own istiod is no caller of services. */
export function plaintextPods(pods: ObjectMap<Pod>): ReadonlyMap<string, readonly Pod[]> {
  const outside = [...pods.values()].filter(
    (pod) => !isLeaving(pod) && pod.labels['app'] !== 'istiod' && membershipOf(pod) === 'none',
  );
  return Map.groupBy(outside, ({ namespace }) => namespace);
}
