import type { ObjectMap } from '../../model/cluster.ts';
import { known } from '../../model/observed.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import type { Pod } from '../../model/workload.ts';

const addressesOfPods = new WeakMap<ObjectMap<Pod>, ReadonlyMap<string, Pod>>();

/** Pods by their addresses. Those that ended, or have their node's address, are not found by it. */
function podsByAddress(pods: ObjectMap<Pod>): ReadonlyMap<string, Pod> {
  const known = addressesOfPods.get(pods);
  if (known !== undefined) return known;
  const made = new Map<string, Pod>();
  for (const pod of pods.values()) {
    if (pod.hostNetwork || pod.phase === 'Succeeded' || pod.phase === 'Failed') continue;
    for (const ip of pod.ips) made.set(ip, pod);
  }
  addressesOfPods.set(pods, made);
  return made;
}

/** `payment-svc-v2-6d8f9b7c5d-2xkqp (10.44.0.22)`, or the address alone where no pod has it. */
export function hostName({ cluster }: MeshSnapshot, address: string): string {
  const pods = known(cluster.pods);
  const pod = pods && podsByAddress(pods).get(address);
  return pod === undefined ? address : `${pod.name} (${address})`;
}
