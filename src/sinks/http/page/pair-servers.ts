import { type ObjectMap, objectKey } from '../../../model/cluster.ts';
import { fqdnOf } from '../../../model/cluster-domain.ts';
import { known } from '../../../model/observed.ts';
import { isLeaving } from '../../../model/proxy-pod.ts';
import type { ProxyRow } from '../../../model/proxy-row.ts';
import { proxyTable } from '../../../model/proxy-table.ts';
import type { MeshSnapshot } from '../../../model/snapshot.ts';
import { compareText } from '../../../model/text-order.ts';
import type { Pod, Service } from '../../../model/workload.ts';
import { workloadOfPodName } from '../../../model/workload-name.ts';
import { workloadOfPod } from '../../../model/workload-of-pod.ts';
import { isBehind } from '../../../rungs/out-of-sync.ts';
import { membersWith, selectsPod, valuesOf } from '../../../rungs/scope.ts';

/** A pod at one end of a pair. */
export interface PairPod {
  readonly namespace: string;
  readonly name: string;
  readonly workload: string;
  /** As logs call the workload, which they tell from the pod's name. */
  readonly tellsAs: string;
  /** Of its proxy; null where it has none that is known. */
  readonly state: ProxyRow['state'] | null;
  /** STALE, and only because a push is on its way. */
  readonly isPushed: boolean;
}

/** Both ends of a pair. */
export interface PairEnds {
  /** Complete name of the service that is called. */
  readonly host: string;
  readonly callers: readonly PairPod[];
  readonly servers: readonly PairPod[];
  /** Requests of the caller that were answered 403. */
  readonly refused: number;
}

/** Who calls: traffic is told by workloads, and those from the names of pods. */
export function callersIn(
  snapshot: MeshSnapshot,
  { namespace, workload }: { readonly namespace: string; readonly workload: string },
): readonly PairPod[] {
  return pairPods(snapshot, membersWith(podsOf(snapshot), objectKey(namespace, workload), callerOf));
}

/** The service of a complete name, and the pods behind it; undefined where it is no service that is known. */
export function serversIn(
  snapshot: MeshSnapshot,
  host: string,
): { readonly service: Service; readonly pods: readonly PairPod[] } | undefined {
  const services: ObjectMap<Service> = known(snapshot.cluster.services) ?? NONE;
  const [service] = membersWith(valuesOf(services), host, fqdnOf);
  if (service === undefined) return undefined;
  return { service, pods: pairPods(snapshot, podsBehind(service, podsOf(snapshot))) };
}

/** Of the pods with one of its labels: of a namespace of thousands that is a few. */
function podsBehind(service: Service, pods: readonly Pod[]): readonly Pod[] {
  const [label] = Object.entries(service.selector ?? {});
  if (label === undefined) return [];
  const known = labelled.get(pods) ?? byLabel(pods);
  labelled.set(pods, known);
  const carriers = known.get([service.namespace, ...label].join('/')) ?? [];
  return carriers.filter((pod) => selectsPod(service, pod));
}

const labelled = new WeakMap<readonly Pod[], ReadonlyMap<string, readonly Pod[]>>();

function byLabel(pods: readonly Pod[]): ReadonlyMap<string, readonly Pod[]> {
  const found = new Map<string, Pod[]>();
  for (const pod of pods) {
    for (const [key, value] of Object.entries(pod.labels)) {
      const name = [pod.namespace, key, value].join('/');
      const carriers = found.get(name);
      if (carriers === undefined) found.set(name, [pod]);
      else carriers.push(pod);
    }
  }
  return found;
}

const NONE: ObjectMap<never> = new Map<string, never>();

function podsOf({ cluster }: MeshSnapshot): readonly Pod[] {
  const pods: ObjectMap<Pod> = known(cluster.pods) ?? NONE;
  return valuesOf(pods);
}

function callerOf({ namespace, name }: Pod): string {
  return objectKey(namespace, workloadOfPodName(name));
}

function rowKey({ namespace, name }: ProxyRow): string {
  return objectKey(namespace, name);
}

function pairPods(snapshot: MeshSnapshot, pods: readonly Pod[]): readonly PairPod[] {
  return pods
    .filter((pod) => !isLeaving(pod))
    .map((pod) => {
      const { namespace, name } = pod;
      const row = membersWith(proxyTable(snapshot), objectKey(namespace, name), rowKey).at(-1);
      return {
        namespace,
        name,
        workload: workloadOfPod(name, pod, snapshot.cluster),
        tellsAs: workloadOfPodName(name),
        state: row?.state ?? null,
        isPushed: row?.state === 'STALE' && !isBehind(row, snapshot.takenAt),
      };
    })
    .toSorted((one, other) => compareText(one.name, other.name));
}
