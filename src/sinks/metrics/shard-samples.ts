import { isOfShard, type Shard } from '../../model/shard.ts';
import { OTHER } from '../../model/traffic.ts';
import type { FamilySpec, Sample } from '../../rungs/rung.ts';

/** The label that says whose a series is; a family has one of these at most to begin with. */
const HOMES = ['proxy_namespace', 'pod_namespace', 'workload_namespace', 'object_namespace', 'service_namespace'];

/**
 * Of a family's samples those that this shard exposes: what is of a namespace by the namespace, what is of the mesh as
 * a whole by the first shard, what is of the exporter itself by each. So each series is exposed once, and sums are right.
 */
export function createShardFilter(family: FamilySpec, shard: Shard): (samples: readonly Sample[]) => readonly Sample[] {
  if (shard.count === 1 || family.of === 'exporter') return (samples) => samples;
  const home = HOMES.find((label) => family.labels.includes(label));
  if (home === undefined) return (samples) => (shard.index === 0 ? samples : []);
  return (samples) => {
    const isOwn = ownNamespaces(shard);
    return samples.filter(({ labels }) => isOwn(labels[home] ?? ''));
  };
}

/** Each namespace is reckoned once, for as long as this is kept: not longer than a scrape, for namespaces come and go. */
function ownNamespaces(shard: Shard): (namespace: string) => boolean {
  // What does not fit into a tally is folded there, and each shard has its own.
  const known = new Map([[OTHER, true]]);
  return (namespace) => {
    const own = known.get(namespace) ?? isOfShard(shard, namespace);
    known.set(namespace, own);
    return own;
  };
}
