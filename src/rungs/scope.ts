import { objectKey } from '../model/cluster.ts';
import { fqdnOf } from '../model/cluster-domain.ts';
import { current } from '../model/current.ts';
import { known } from '../model/observed.ts';
import type { ProxyRow } from '../model/proxy-row.ts';
import { isSilent, proxyTable } from '../model/proxy-table.ts';
import { recentTraffic } from '../model/recent-traffic.ts';
import type { MeshSnapshot } from '../model/snapshot.ts';
import { LONGEST_SECONDS } from '../model/traffic-marks.ts';
import type { Pod, Service } from '../model/workload.ts';
import { workloadOfPodName } from '../model/workload-name.ts';
import { isBehind } from './out-of-sync.ts';
import type { Scope } from './rung.ts';
import { counted } from './wording.ts';

type KeyOf<T> = (one: T) => string;
/** By list, then by what they are grouped by: each list is grouped once. */
const groups = new WeakMap<object, Map<KeyOf<never>, ReadonlyMap<string, readonly unknown[]>>>();

/** The members of a list with this key; all without one. @param keyOf the same function each time */
export function membersWith<T>(list: readonly T[], key: string | undefined, keyOf: KeyOf<T>): readonly T[] {
  if (key === undefined) return list;
  const ways = groups.get(list) ?? new Map<KeyOf<never>, ReadonlyMap<string, readonly unknown[]>>();
  groups.set(list, ways);
  const grouped = ways.get(keyOf) ?? Map.groupBy(list, keyOf);
  ways.set(keyOf, grouped);
  return (grouped.get(key) ?? []) as readonly T[];
}

/** The members of a list in a namespace; all without one. */
export function inNamespace<T extends { readonly namespace: string }>(
  list: readonly T[],
  namespace: string | undefined,
): readonly T[] {
  return membersWith(list, namespace, namespaceOf);
}

function namespaceOf({ namespace }: { readonly namespace: string }): string {
  return namespace;
}

/** Proxies asked about. */
export function rowsIn(snapshot: MeshSnapshot, { namespace, name }: Scope): readonly ProxyRow[] {
  const rows = inNamespace(proxyTable(snapshot), namespace);
  return name === undefined ? rows : rows.filter((row) => row.name === name);
}

const lists = new WeakMap<ReadonlyMap<string, unknown>, readonly unknown[]>();

/** The values of a map of objects, as one list that stays the same while the map does. */
export function valuesOf<T>(objects: ReadonlyMap<string, T>): readonly T[] {
  const list = (lists.get(objects) as readonly T[] | undefined) ?? [...objects.values()];
  lists.set(objects, list);
  return list;
}

/** Pods asked about; undefined where pods are not known. */
export function podsIn(snapshot: MeshSnapshot, { namespace, name }: Scope): readonly Pod[] | undefined {
  const { cluster, takenAt, settings } = snapshot;
  const pods = current(cluster.pods, takenAt, settings.staleAfterSeconds);
  if (pods === undefined) return undefined;
  if (namespace !== undefined && name !== undefined) {
    const pod = pods.get(objectKey(namespace, name));
    return pod === undefined ? [] : [pod];
  }
  return inNamespace(valuesOf(pods), namespace);
}

/** Whether a pod is asked about that neither Kubernetes nor an istiod has told us of. */
export function isUnheardOf(snapshot: MeshSnapshot, scope: Scope): boolean {
  if (scope.name === undefined || rowsIn(snapshot, scope).length > 0) return false;
  return (podsIn(snapshot, scope)?.length ?? 0) === 0;
}

/** Whether traffic of a workload is asked about: workloads of logs are told from the names of pods. */
export function isOfScope(
  { proxyNamespace, workload }: { readonly proxyNamespace: string; readonly workload: string },
  { namespace, name }: Scope,
): boolean {
  if (namespace !== undefined && proxyNamespace !== namespace) return false;
  return name === undefined || workload === workloadOfPodName(name);
}

/** Whether a service has the pod behind it. */
export function selectsPod({ namespace, selector }: Service, pod: Pod): boolean {
  const wanted = Object.entries(selector ?? {});
  if (wanted.length === 0 || namespace !== pod.namespace) return false;
  return wanted.every(([key, value]) => pod.labels[key] === value);
}

/** Complete names of the services a pod stands behind, as far as they are known. */
export function hostsOfPod({ cluster }: MeshSnapshot, pod: Pod | undefined): ReadonlySet<string> {
  const services = known(cluster.services);
  if (pod === undefined || services === undefined) return new Set();
  const own = inNamespace(valuesOf(services), pod.namespace);
  const selecting = own.filter((service) => selectsPod(service, pod));
  return new Set(selecting.map(fqdnOf));
}

/** Complete names of the services that the pod's workload has called lately, as its own logs tell. */
export function hostsCalledBy(snapshot: MeshSnapshot, scope: Scope): ReadonlySet<string> {
  if (scope.name === undefined) return new Set();
  const requests = recentTraffic(snapshot, LONGEST_SECONDS)?.requests ?? [];
  const own = requests.filter(({ shape }) => shape.direction === 'outbound' && isOfScope(shape, scope));
  return new Set(own.map(({ shape }) => shape.destination));
}

/**
 * The lowest rung that these proxies have not passed, so that what configuration says need not be in force in them:
 * 0 istiod is not seen, 1 missing, 2 not in sync.
 */
export function rungNotPassed(snapshot: MeshSnapshot, rows: readonly ProxyRow[]): number | undefined {
  if (isSilent(snapshot)) return 0;
  if (rows.some(({ verdict }) => verdict === 'missing')) return 1;
  return rows.some((row) => row.verdict === 'unknown' || isBehind(row, snapshot.takenAt)) ? 2 : undefined;
}

/** Those of these proxies that have not passed the lower rungs. */
export function rowsNotPassed(snapshot: MeshSnapshot, rows: readonly ProxyRow[]): readonly ProxyRow[] {
  return rows.filter((row) => rungNotPassed(snapshot, [row]) !== undefined);
}

/** `1 of 4 proxies left out: rung 2 not passed`. */
export function leftOutText(leftOut: number, all: number, notPassed: number): string {
  return `${leftOut.toLocaleString('en')} of ${counted(all, 'proxy', 'proxies')} left out: rung ${notPassed} not passed`;
}
