import { type ObjectMap, objectKey } from '../../../model/cluster.ts';
import { fqdnOf } from '../../../model/cluster-domain.ts';
import { known } from '../../../model/observed.ts';
import { isLeaving } from '../../../model/proxy-pod.ts';
import type { ProxyRow } from '../../../model/proxy-row.ts';
import { proxyTable } from '../../../model/proxy-table.ts';
import type { MeshSnapshot } from '../../../model/snapshot.ts';
import { compareText } from '../../../model/text-order.ts';
import type { Pod, Service } from '../../../model/workload.ts';
import { workloadOfPodName } from '../../../model/workload-name.ts';
import { workloadOfPod } from '../../../model/workload-of-pod.ts';
import { selectsPod } from '../../../rungs/scope.ts';

/** A pod at one end of a pair. */
export interface PairPod {
  readonly namespace: string;
  readonly name: string;
  readonly workload: string;
  /** As logs call the workload, which they tell from the pod's name. */
  readonly tellsAs: string;
  /** Of its proxy; null where it has none that is known. */
  readonly state: ProxyRow['state'] | null;
}

/** Both ends of a pair. */
export interface PairEnds {
  /** Complete name of the service that is called. */
  readonly host: string;
  readonly callers: readonly PairPod[];
  readonly servers: readonly PairPod[];
  /** Requests of the caller that were answered 403. */
  readonly refused: number;
}

/** Who calls: traffic is told by workloads, and those from the names of pods. */
export function callersIn(
  snapshot: MeshSnapshot,
  { namespace, workload }: { readonly namespace: string; readonly workload: string },
): readonly PairPod[] {
  return podsWhere(snapshot, (pod) => pod.namespace === namespace && workloadOfPodName(pod.name) === workload);
}

/** The service of a complete name, and the pods behind it; undefined where it is no service that is known. */
export function serversIn(
  snapshot: MeshSnapshot,
  host: string,
): { readonly service: Service; readonly pods: readonly PairPod[] } | undefined {
  const services: ObjectMap<Service> = known(snapshot.cluster.services) ?? new Map();
  const service = [...services.values()].find((each) => fqdnOf(each) === host);
  return service && { service, pods: podsWhere(snapshot, (pod) => selectsPod(service, pod)) };
}

function podsWhere(snapshot: MeshSnapshot, isAsked: (pod: Pod) => boolean): readonly PairPod[] {
  const pods: ObjectMap<Pod> = known(snapshot.cluster.pods) ?? new Map();
  const asked = [...pods.values()].filter((pod) => !isLeaving(pod) && isAsked(pod));
  if (asked.length === 0) return [];
  const states = new Map(proxyTable(snapshot).map((row) => [objectKey(row.namespace, row.name), row.state]));
  return asked
    .map((pod) => ({
      namespace: pod.namespace,
      name: pod.name,
      workload: workloadOfPod(pod.name, pod, snapshot.cluster),
      tellsAs: workloadOfPodName(pod.name),
      state: states.get(objectKey(pod.namespace, pod.name)) ?? null,
    }))
    .toSorted((one, other) => compareText(one.name, other.name));
}
