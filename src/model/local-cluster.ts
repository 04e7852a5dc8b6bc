import { type ObjectMap, objectKey } from './cluster.ts';
import type { ListedProxy } from './newest-connections.ts';
import type { Pod } from './workload.ts';

/**
 * Istio's id of the cluster whose pods we see. It is what the configuration says, unless no proxy at all belongs to a
 * cluster of that id: then the id under which most of our pods are listed. A wrong id would make every pod of the mesh
 * look disconnected.
 */
export function localCluster(
  listed: ReadonlyMap<string, ListedProxy>,
  pods: ObjectMap<Pod>,
  meshCluster: string,
): string {
  for (const { connection } of listed.values()) {
    if ((connection.cluster ?? meshCluster) === meshCluster) return meshCluster;
  }
  let winner = meshCluster;
  let most = 0;
  for (const [cluster, count] of countPodsByCluster(listed, pods)) {
    if (count <= most) continue;
    winner = cluster;
    most = count;
  }
  return winner;
}

function countPodsByCluster(listed: ReadonlyMap<string, ListedProxy>, pods: ObjectMap<Pod>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { connection } of listed.values()) {
    const { cluster = '', namespace, name } = connection;
    if (pods.has(objectKey(namespace, name))) counts.set(cluster, (counts.get(cluster) ?? 0) + 1);
  }
  return counts;
}
