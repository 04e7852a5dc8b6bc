import type { ClusterObjects } from './cluster.ts';
import { known } from './observed.ts';
import { revisionOfPod, revisionTags } from './proxy-revision.ts';
import type { MeshConfig, Pod } from './workload.ts';

/** The mesh configuration of a pod's revision, or the only one there is; undefined where none can be told. */
export function meshConfigOf(pod: Pod | undefined, cluster: ClusterObjects): MeshConfig | undefined {
  const revision = pod === undefined ? undefined : revisionOfPod(pod, revisionTags(cluster));
  return meshConfigOfRevision([...(known(cluster.meshConfigs)?.values() ?? [])], revision);
}

/** The revision's own; where that is not told and there is only one, that one. */
export function meshConfigOfRevision(
  configs: readonly MeshConfig[],
  revision: string | undefined,
): MeshConfig | undefined {
  return configs.find((config) => config.revision === revision) ?? (configs.length === 1 ? configs[0] : undefined);
}
