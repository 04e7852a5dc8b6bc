import { type ClusterObjects, objectKey } from '../../model/cluster.ts';
import { homeCluster } from '../../model/home-cluster.ts';
import { known } from '../../model/observed.ts';
import type { ProxyRow } from '../../model/proxy-row.ts';
import { proxyTable } from '../../model/proxy-table.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import type { ConfigObject } from '../../model/workload.ts';
import { type World, worldOf } from '../analysis/world.ts';
import { isBehind } from '../out-of-sync.ts';
import type { Calls } from './callers.ts';
import type { CauseFacts } from './causes/cause.ts';
import type { Split } from './splits.ts';

/** The object that declares a split. */
export function objectOf({ object }: Pick<Split, 'object'>, { config }: ClusterObjects): ConfigObject | undefined {
  const key = LISTS[object.kind];
  return known(config[key] ?? { state: 'pending' })?.get(objectKey(object.namespace, object.name));
}

const LISTS = {
  VirtualService: 'virtualservices.networking.istio.io',
  HTTPRoute: 'httproutes.gateway.networking.k8s.io',
} as const;

/** What the causes of one split are told from. @param rows the proxies of its callers */
export function causeFacts(
  split: Split,
  object: ConfigObject,
  {
    calls,
    rows,
    snapshot,
  }: { readonly calls: Calls; readonly rows: readonly ProxyRow[]; readonly snapshot: MeshSnapshot },
): CauseFacts {
  const behind = rows.filter((row) => row.verdict === 'missing' || isBehind(row, snapshot.takenAt));
  return {
    split,
    object,
    world: worldFor(snapshot),
    ...calls,
    behind: behind.map(({ name, namespace, state }) => `${name}.${namespace} ${state}`),
    isPartial: snapshot.settings.isPartialView === true || isMultiCluster(snapshot),
  };
}

const worlds = new WeakMap<ClusterObjects, World>();

/** The same for as long as no object changes: what is made of it is made once. */
function worldFor({ cluster, takenAt }: MeshSnapshot): World {
  const before = worlds.get(cluster);
  if (before !== undefined) return before;
  const made = worldOf({ at: takenAt, cluster });
  worlds.set(cluster, made);
  return made;
}

const clusters = new WeakMap<readonly ProxyRow[], ReadonlySet<string>>();

function clustersIn(rows: readonly ProxyRow[]): ReadonlySet<string> {
  const before = clusters.get(rows);
  if (before !== undefined) return before;
  const made = new Set(rows.map(({ cluster }) => cluster));
  clusters.set(rows, made);
  return made;
}

/** Whether proxies of other clusters are connected, so that services may be there that are not seen here. */
function isMultiCluster(snapshot: MeshSnapshot): boolean {
  const there = clustersIn(proxyTable(snapshot));
  return [...there].some((cluster) => cluster !== homeCluster(snapshot));
}
