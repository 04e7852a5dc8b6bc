import type { MeshSnapshot } from './snapshot.ts';

/**
 * Istio's id of the cluster whose objects we see, the label of all that is told of them: as learned from the proxies of
 * our pods (`local-cluster.ts`), else the configuration's word.
 */
export function homeCluster({ history, settings }: Pick<MeshSnapshot, 'history' | 'settings'>): string {
  return history.cluster ?? settings.meshCluster;
}
