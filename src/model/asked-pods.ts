import { objectKey } from './cluster.ts';
import { known } from './observed.ts';
import type { PodOwner } from './pod-owner.ts';
import { isLeaving } from './proxy-pod.ts';
import type { ProxyRow } from './proxy-row.ts';
import { proxyTable } from './proxy-table.ts';
import type { MeshSnapshot } from './snapshot.ts';
import { compareText } from './text-order.ts';
import type { Pod } from './workload.ts';
import { workloadOfPod } from './workload-of-pod.ts';

/** What a person names: a pod, or what runs pods. */
export interface PodQuery {
  readonly namespace: string;
  readonly name: string;
  /** Default: a pod, else the workload of that name, else all pods whose names begin with it. */
  readonly of?: PodOwner;
}

/** A namespace, or in it a pod or what runs pods. */
export type AskedPart = Pick<PodQuery, 'namespace'> & Partial<PodQuery>;

/** The pods that are meant, those whose proxies are behind first. */
export interface PodMatch {
  readonly names: readonly string[];
  /** Not a pod of that very name, but what runs these. */
  readonly isOwner: boolean;
}

const KINDS: Readonly<Record<Exclude<PodOwner, 'pods'>, string>> = {
  deployments: 'ReplicaSet',
  statefulsets: 'StatefulSet',
  daemonsets: 'DaemonSet',
  replicasets: 'ReplicaSet',
};

/** Finds pods by name among those of Kubernetes and those that istiods list; none where nothing of that name is there. */
export function podsAsked(snapshot: MeshSnapshot, asked: PodQuery): PodMatch {
  const { namespace, name, of = 'pods' } = asked;
  const rows = proxyTable(snapshot).filter((row) => row.namespace === namespace);
  const pods = known(snapshot.cluster.pods);
  const isPod = pods?.has(objectKey(namespace, name)) === true || rows.some((row) => row.name === name);
  if (of === 'pods' && isPod) return { names: [name], isOwner: false };
  const there = [...(pods?.values() ?? [])].filter((pod) => pod.namespace === namespace && !isLeaving(pod));
  const isOwned = ownedBy(asked, snapshot);
  const owned = new Set([
    ...there.filter(isOwned).map(nameOf),
    // Of what runs a pod that only istiod knows, no more is known than the name of its workload.
    ...rows.filter((row) => row.workload === name && !pods?.has(objectKey(namespace, row.name))).map(nameOf),
  ]);
  const begins = (each: { readonly name: string }): boolean => each.name.startsWith(`${name}-`);
  const meant = owned.size > 0 || of !== 'pods' ? owned : new Set([...there, ...rows].filter(begins).map(nameOf));
  return { names: behindFirst([...meant], rows), isOwner: true };
}

/** The proxies that are meant; all of them where nothing is named. */
export function rowsAsked(snapshot: MeshSnapshot, part: AskedPart | undefined): readonly ProxyRow[] {
  if (part === undefined) return proxyTable(snapshot);
  const { namespace, name, of } = part;
  const rows = proxyTable(snapshot).filter((row) => row.namespace === namespace);
  if (name === undefined) return rows;
  const { names } = podsAsked(snapshot, { namespace, name, ...(of !== undefined && { of }) });
  return rows.filter((row) => names.includes(row.name));
}

function nameOf({ name }: { readonly name: string }): string {
  return name;
}

function ownedBy({ name, of = 'pods' }: PodQuery, { cluster }: MeshSnapshot): (pod: Pod) => boolean {
  if (of === 'pods') return (pod) => workloadOfPod(pod.name, pod, cluster) === name;
  if (of === 'replicasets') return ({ owner }) => owner?.kind === KINDS[of] && owner.name === name;
  return (pod) => pod.owner?.kind === KINDS[of] && workloadOfPod(pod.name, pod, cluster) === name;
}

function behindFirst(names: readonly string[], rows: readonly ProxyRow[]): readonly string[] {
  const behind = new Set(rows.filter(({ state }) => state !== 'SYNCED').map(nameOf));
  return names.toSorted((one, other) => Number(behind.has(other)) - Number(behind.has(one)) || compareText(one, other));
}
