import { type ObjectMap, objectKey } from './cluster.ts';
import type { ListedProxy } from './newest-connections.ts';
import type { Pod } from './workload.ts';

/**
 * Istio's id of the cluster whose pods we see. It is what we took it for (first the configuration's word), unless no
 * proxy at all belongs to a cluster of that id: then the id under which most of our pods are listed. A wrong id would
 * make every pod of the mesh look disconnected.
 * @param pods absent where they are not known
 */
export function localCluster(
  listed: ReadonlyMap<string, ListedProxy>,
  pods: ObjectMap<Pod> | undefined,
  assumed: string,
): string {
  if (pods === undefined || isAnyOf(assumed, listed)) return assumed;
  let winner = assumed;
  let most = 0;
  for (const [cluster, count] of countPodsByCluster(listed, pods)) {
    if (count <= most) continue;
    winner = cluster;
    most = count;
  }
  return winner;
}

/** istiods before 1.13 name no cluster. */
function isAnyOf(cluster: string, listed: ReadonlyMap<string, ListedProxy>): boolean {
  for (const { connection } of listed.values()) if ((connection.cluster ?? cluster) === cluster) return true;
  return false;
}

function countPodsByCluster(listed: ReadonlyMap<string, ListedProxy>, pods: ObjectMap<Pod>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { connection } of listed.values()) {
    const { cluster, namespace, name } = connection;
    if (cluster !== undefined && pods.has(objectKey(namespace, name)))
      counts.set(cluster, (counts.get(cluster) ?? 0) + 1);
  }
  return counts;
}
