import type { ControlPlane } from './control-plane.ts';

const areSeveral = new WeakMap<ControlPlane, boolean>();

/** Whether proxies of more than one cluster are connected to these istiods: then endpoints of others are in no slice here. */
export function hasSeveralClusters(controlPlane: ControlPlane): boolean {
  const known = areSeveral.get(controlPlane);
  if (known !== undefined) return known;
  const clusters = new Set<string>();
  for (const { proxies } of controlPlane.istiods) {
    for (const { cluster } of proxies) if (cluster !== undefined) clusters.add(cluster);
  }
  areSeveral.set(controlPlane, clusters.size > 1);
  return clusters.size > 1;
}
