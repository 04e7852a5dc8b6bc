import type { ClusterObjects, ObjectMap } from '../../model/cluster.ts';
import { isLeaving } from '../../model/proxy-pod.ts';
import type { Pod, Service } from '../../model/workload.ts';
import { workloadOfPod } from '../../model/workload-of-pod.ts';
import { inNamespace, selectsPod, valuesOf } from '../scope.ts';

/** A workload behind a service, by one of its pods. */
export interface WorkloadBehind {
  readonly workload: string;
  readonly pod: Pod;
}

/** The workloads that a service leads to: of replicas one pod, unless their labels differ. */
export function workloadsBehind(
  service: Service,
  pods: ObjectMap<Pod>,
  cluster: ClusterObjects,
): readonly WorkloadBehind[] {
  const kinds = new Map<string, WorkloadBehind>();
  for (const pod of inNamespace(valuesOf(pods), service.namespace)) {
    if (isLeaving(pod) || !selectsPod(service, pod)) continue;
    const workload = workloadOfPod(pod.name, pod, cluster);
    const key = `${workload} ${JSON.stringify(pod.labels)}`;
    if (!kinds.has(key)) kinds.set(key, { workload, pod });
  }
  return [...kinds.values()];
}
