import type { ControlPlane } from './control-plane.ts';
import type { ProxyConnection } from './proxy.ts';

/** What istiods say of the proxies of one cluster. An istiod that lists none of them stays: it may have to. */
export function rowsOfCluster(controlPlane: ControlPlane, cluster: string): ControlPlane {
  return withRows(controlPlane, (row) => row.cluster === cluster);
}

/** What istiods say of all other proxies; of those too whose cluster they do not say. */
export function rowsOfOthers(controlPlane: ControlPlane, clusters: ReadonlySet<string>): ControlPlane {
  const others = withRows(controlPlane, (row) => row.cluster === undefined || !clusters.has(row.cluster));
  return { ...others, elsewhere: clusters };
}

/** The same with proxies of the cluster `from` told under the id `to`. */
export function rowsRenamed(controlPlane: ControlPlane, from: string, to: string): ControlPlane {
  const istiods = controlPlane.istiods.map((answer) => {
    const proxies = answer.proxies.map((row) => (row.cluster === from ? { ...row, cluster: to } : row));
    return { ...answer, proxies };
  });
  return { ...controlPlane, istiods };
}

function withRows(controlPlane: ControlPlane, isWanted: (row: ProxyConnection) => boolean): ControlPlane {
  const istiods = controlPlane.istiods.map((answer) => ({ ...answer, proxies: answer.proxies.filter(isWanted) }));
  return { ...controlPlane, istiods };
}
