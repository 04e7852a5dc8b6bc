import type { ClusterObjects } from './cluster.ts';
import { known } from './observed.ts';
import { revisionOfPod, revisionTags } from './proxy-revision.ts';
import type { MeshConfig, Pod } from './workload.ts';

/** The mesh configuration of a pod's revision, or the only one there is; undefined where none can be told. */
export function meshConfigOf(pod: Pod | undefined, cluster: ClusterObjects): MeshConfig | undefined {
  const all = [...(known(cluster.meshConfigs)?.values() ?? [])];
  const revision = pod === undefined ? undefined : revisionOfPod(pod, revisionTags(cluster));
  return all.find((config) => config.revision === revision) ?? (all.length === 1 ? all[0] : undefined);
}
