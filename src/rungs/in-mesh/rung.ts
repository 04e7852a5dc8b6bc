import { current } from '../../model/current.ts';
import { homeCluster } from '../../model/home-cluster.ts';
import { MEMBERSHIPS, type Membership, membershipOf } from '../../model/membership.ts';
import { isLeaving } from '../../model/proxy-pod.ts';
import { proxyTableInSteps } from '../../model/proxy-table.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import { eachInSteps, type Steps } from '../../model/steps.ts';
import type { Pod } from '../../model/workload.ts';
import { defineRungInSteps, type Rung } from '../rung.ts';
import { type Gathered, noSamples } from '../samples.ts';
import { RULES } from './alerts.ts';
import { examineInMesh } from './examine.ts';
import { FAMILIES } from './families.ts';
import { gapsInSteps } from './gaps.ts';

type Lists = Gathered<typeof FAMILIES>;

/** Rung 1: whether every pod that should be in the mesh is in it, and connected. */
export const inMesh: Rung<typeof FAMILIES> = defineRungInSteps({
  id: 'in-mesh',
  number: 1,
  question: 'Is every pod that should be in the mesh in it, and connected to an istiod?',
  reads: ['controlPlane', 'cluster', 'history'],
  families: FAMILIES,
  rules: RULES,
  *evaluateInSteps(snapshot) {
    const lists = noSamples(FAMILIES);
    const { cluster, takenAt, settings } = snapshot;
    const pods = current(cluster.pods, takenAt, settings.staleAfterSeconds);
    if (pods !== undefined) {
      yield* addMembership(lists, snapshot, pods);
      yield* addGaps(lists, snapshot, pods);
    }
    yield* addMissing(lists, snapshot);
    return lists;
  },
  examine: examineInMesh,
});

function* addMembership(lists: Lists, snapshot: MeshSnapshot, pods: ReadonlyMap<string, Pod>): Steps<void> {
  const counts = new Map<string, Map<Membership, number>>();
  yield* eachInSteps(pods.values(), (pod) => {
    if (isLeaving(pod)) return;
    let own = counts.get(pod.namespace);
    if (own === undefined) {
      own = new Map();
      counts.set(pod.namespace, own);
    }
    const membership = membershipOf(pod);
    own.set(membership, (own.get(membership) ?? 0) + 1);
  });
  for (const [pod_namespace, own] of counts) {
    for (const mesh of MEMBERSHIPS) {
      lists.pods.push({
        labels: { mesh_cluster: homeCluster(snapshot), pod_namespace, mesh },
        value: own.get(mesh) ?? 0,
      });
    }
  }
}

function* addGaps(lists: Lists, snapshot: MeshSnapshot, pods: ReadonlyMap<string, Pod>): Steps<void> {
  for (const { pod, reason } of (yield* gapsInSteps(pods.values(), snapshot)) ?? []) {
    const { namespace: pod_namespace, name: pod_name } = pod;
    const labels = { mesh_cluster: homeCluster(snapshot), pod_namespace, pod_name, reason };
    lists.podNotInjected.push({ labels, value: 1 });
  }
}

function* addMissing(lists: Lists, snapshot: MeshSnapshot): Steps<void> {
  for (const { cluster, namespace, name, workload, type, verdict } of yield* proxyTableInSteps(snapshot)) {
    if (verdict !== 'missing') continue;
    const labels = { mesh_cluster: cluster, proxy_namespace: namespace, proxy: name, workload, proxy_type: type };
    lists.proxyMissing.push({ labels, value: 1 });
  }
}
