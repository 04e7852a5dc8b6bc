import type { ClusterObjects } from '../model/cluster.ts';
import { rowsRenamed } from '../model/clusters-of-rows.ts';
import type { ControlPlane } from '../model/control-plane.ts';
import { localCluster } from '../model/local-cluster.ts';
import { newestConnectionsInSteps } from '../model/newest-connections.ts';
import { known } from '../model/observed.ts';
import type { ProxyConnection } from '../model/proxy.ts';
import type { Source } from '../sources/source.ts';
import { inTurns } from './in-turns.ts';

export interface RenamedPollsOptions {
  /** What the cluster is called here. */
  readonly cluster: string;
  readonly objects: () => ClusterObjects;
  /** Told once of each other id by which its istiods call it. */
  readonly onOtherId?: (called: string) => void;
}

/**
 * Polls with the cluster's proxies under the id that it has here, whatever its istiods call it: meshes that were installed
 * each by itself all call their cluster `Kubernetes`, and a cluster of two ids would have alerts that never fire.
 */
export interface RenamedPolls {
  /** With pauses for others; the same poll comes to the same object. Polls are counted anew, as those of one source. */
  rename(value: ControlPlane): Promise<ControlPlane>;
  /** The same source, renamed. It must have `rename` done with what it publishes before it does. */
  of(source: Source<ControlPlane>): Source<ControlPlane>;
}

export function createRenamedPolls({ cluster, objects, onOtherId }: RenamedPollsOptions): RenamedPolls {
  const said = new Set<string>();
  let poll = 0;
  let last: { readonly value: ControlPlane; readonly renamed: ControlPlane } | undefined;
  const publishing = (publish: (value: ControlPlane) => void) => (value: ControlPlane) => {
    if (last?.value !== value) throw new Error('a poll was published that nobody was asked to prepare for');
    publish(last.renamed);
  };
  return {
    rename: async (value) => {
      if (last?.value === value) return last.renamed;
      const called = await calledHere(value, cluster, objects());
      if (called !== cluster && !said.has(called)) onOtherId?.(called);
      said.add(called);
      poll += 1;
      last = { value, renamed: { ...(called === cluster ? value : rowsRenamed(value, called, cluster)), poll } };
      return last.renamed;
    },
    of: (source) => ({
      ...source,
      run: (context, signal) => source.run({ ...context, publish: publishing(context.publish) }, signal),
    }),
  };
}

/** The id that istiods have for the cluster of our pods; where no pods are known, the only one that they speak of. */
async function calledHere(value: ControlPlane, cluster: string, { pods }: ClusterObjects): Promise<string> {
  const idOf = (row: ProxyConnection): string => row.cluster ?? cluster;
  // Nearly always so of the first row: nothing is gathered of ten thousand for it.
  if (value.istiods.some(({ proxies }) => proxies.some((row) => idOf(row) === cluster))) return cluster;
  const ours = known(pods);
  if (ours !== undefined) return localCluster(await inTurns(newestConnectionsInSteps(value, cluster)), ours, cluster);
  const [only = cluster, ...others] = new Set(value.istiods.flatMap(({ proxies }) => proxies.map(idOf)));
  return others.length === 0 ? only : cluster;
}
