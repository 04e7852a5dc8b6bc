import type { KubeObject, NewObject } from '../kube/object.ts';
import type { ObjectStore } from '../kube/store.ts';
import { controlObjects } from './control-objects.ts';
import { endpointSliceObject, namespaceObjects, nodeObject, ownerObjects, serviceObject } from './core-objects.ts';
import { istioObjects } from './istio-objects.ts';
import { type IstiodPorts, istiodPod } from './istiod-pods.ts';
import { podObject } from './pods.ts';
import { SERVICES } from './services.ts';
import { ISTIODS, WORKLOADS, type Workload, type WorkloadName } from './workloads.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** When the parts of the mesh came to be: the cluster, then Istio, then the pods; one of them before Istio. */
export const AGES_MS: Readonly<Record<'cluster' | 'uninjected' | 'control' | 'pods', number>> = {
  cluster: 40 * DAY_MS,
  uninjected: 9 * DAY_MS,
  control: 8 * DAY_MS,
  pods: 7 * HOUR_MS,
};

/** Fills an empty cluster with the mesh as it is before anything happens. @returns the pods of the workloads */
export function fillStore(
  store: ObjectStore,
  istiodPorts: readonly IstiodPorts[],
  nowMs: number,
): ReadonlyMap<WorkloadName, KubeObject> {
  const born = (part: keyof typeof AGES_MS): number => nowMs - AGES_MS[part];
  const objects: NewObject[] = [
    nodeObject(born('cluster')),
    ...namespaceObjects(born('cluster')),
    ...controlObjects(born('control')),
    ...istioObjects(born('control')),
    ...Object.values(SERVICES).flatMap((service) => [
      serviceObject(service, born('control')),
      endpointSliceObject(service, born('control')),
    ]),
    ...ISTIODS.map((name, index) => istiodPod(name, istiodPorts[index] ?? {}, born('control'))),
  ];
  for (const object of objects) store.create(object);
  const pods = new Map<WorkloadName, KubeObject>();
  for (const [name, workload] of Object.entries(WORKLOADS) as [WorkloadName, (typeof WORKLOADS)[WorkloadName]][]) {
    const bornMs = born(name === 'stickers' ? 'uninjected' : 'pods');
    const replicas = Object.values(WORKLOADS).filter((each) => isOneDeployment(each, workload));
    if (replicas[0] === workload) {
      for (const owner of ownerObjects(workload, bornMs, replicas.length)) store.create(owner);
    }
    pods.set(name, store.create(podObject(workload, bornMs)));
  }
  return pods;
}

function isOneDeployment(one: Workload, other: Workload): boolean {
  return one.namespace === other.namespace && one.name === other.name;
}
