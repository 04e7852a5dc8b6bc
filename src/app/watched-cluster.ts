import type { Config } from '../config/config.ts';
import type { ClusterObjects } from '../model/cluster.ts';
import { known } from '../model/observed.ts';
import type { SourceTask } from '../runtime/source-task.ts';
import type { KubernetesConnection } from './kubernetes.ts';
import type { Mesh } from './mesh.ts';
import type { SourceBoard } from './source-board.ts';

/** The Kubernetes API and what is watched there: whoever leads, so that a standby has it at hand when it must lead. */
export interface WatchedCluster {
  /** Undefined where it is off, or not there and not needed. */
  readonly kubernetes: KubernetesConnection | undefined;
  readonly tasks: readonly SourceTask[];
  /** Calls back with each new state, until the function it returns is called. */
  onObjects(listener: (cluster: ClusterObjects) => void): () => void;
  close(): Promise<void>;
}

export interface WatchedClusterOptions {
  readonly config: Config;
  readonly mesh: Mesh;
  readonly board: SourceBoard;
  /** Undefined: nothing is watched. */
  readonly kubernetes: KubernetesConnection | undefined;
}

/** Prepares to watch. */
export async function createWatchedCluster(options: WatchedClusterOptions): Promise<WatchedCluster> {
  const { config, mesh, board, kubernetes } = options;
  const listeners = new Set<(cluster: ClusterObjects) => void>();
  const tasks: SourceTask[] = [];
  if (kubernetes !== undefined) {
    const { createKubernetesSource } = await import('../sources/kubernetes/source.ts');
    const { namespaces } = config.kubernetes;
    const { rootNamespace } = config.istiod;
    const source = createKubernetesSource({ api: kubernetes.api, namespaces, rootNamespace });
    const take = (cluster: ClusterObjects): void => {
      mesh.setCluster(cluster);
      for (const listener of listeners) listener(cluster);
    };
    tasks.push(
      board.add(source, (value) => {
        const cluster = known(value);
        if (cluster !== undefined) take(cluster);
      }),
    );
  }
  return {
    kubernetes,
    tasks,
    onObjects(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: async () => kubernetes?.close(),
  };
}
