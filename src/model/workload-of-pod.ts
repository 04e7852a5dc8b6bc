import { type ClusterObjects, objectKey } from './cluster.ts';
import { known } from './observed.ts';
import type { Pod } from './workload.ts';
import { workloadOfPodName } from './workload-name.ts';

/**
 * The workload of a pod: its Deployment where a ReplicaSet of one owns it, else its owner, else what its name tells, as
 * agents without Kubernetes read it.
 * @param pod absent where Kubernetes does not know it
 */
export function workloadOfPod(name: string, pod: Pod | undefined, cluster: ClusterObjects): string {
  const owner = pod?.owner;
  if (pod === undefined || owner === undefined) return workloadOfPodName(name);
  switch (owner.kind) {
    case 'ReplicaSet':
      return deploymentOf(pod, owner.name, cluster);
    case 'StatefulSet':
    case 'DaemonSet':
    case 'ReplicationController':
      return owner.name;
    default:
      // Jobs carry a time or a random word that a CronJob put there; the name's pattern knows.
      return workloadOfPodName(name);
  }
}

/** Without its owner at hand, a Deployment's ReplicaSet still ends in the hash that its pods carry as a label. */
function deploymentOf(pod: Pod, replicaSet: string, { replicaSets }: ClusterObjects): string {
  const owner = known(replicaSets)?.get(objectKey(pod.namespace, replicaSet))?.owner;
  if (owner?.kind === 'Deployment') return owner.name;
  const ending = `-${pod.labels['pod-template-hash']}`;
  return replicaSet.endsWith(ending) ? replicaSet.slice(0, -ending.length) : replicaSet;
}
