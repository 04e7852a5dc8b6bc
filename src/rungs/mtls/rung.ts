import { homeCluster } from '../../model/home-cluster.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import type { Steps } from '../../model/steps.ts';
import { defineRungInSteps, type Rung } from '../rung.ts';
import { type Gathered, noSamples } from '../samples.ts';
import { RULES } from './alerts.ts';
import { mtlsConflicts } from './conflicts.ts';
import { examineMtls } from './examine.ts';
import { FAMILIES } from './families.ts';
import { workloadModesInSteps } from './modes.ts';

type Lists = Gathered<typeof FAMILIES>;

/** Rung 5: what servers ask of callers, and where callers are told to do otherwise. */
export const mtls: Rung<typeof FAMILIES> = defineRungInSteps({
  id: 'mtls',
  number: 5,
  question: 'Do client and server agree on mTLS?',
  reads: ['cluster', 'history'],
  families: FAMILIES,
  rules: RULES,
  *evaluateInSteps(snapshot) {
    const lists = noSamples(FAMILIES);
    const mesh_cluster = homeCluster(snapshot);
    yield* addModes(lists, snapshot, mesh_cluster);
    addConflicts(lists, snapshot, mesh_cluster);
    return lists;
  },
  examine: examineMtls,
  needsSync: true,
});

function* addModes(lists: Lists, snapshot: MeshSnapshot, mesh_cluster: string): Steps<void> {
  for (const { namespace, workload, port, mode } of (yield* workloadModesInSteps(snapshot)) ?? []) {
    lists.mode.push({ labels: { mesh_cluster, workload_namespace: namespace, workload, port, mode }, value: 1 });
  }
}

function addConflicts(lists: Lists, snapshot: MeshSnapshot, mesh_cluster: string): void {
  for (const { object, destination, reason } of mtlsConflicts(snapshot) ?? []) {
    const labels = { mesh_cluster, object_namespace: object.namespace, object_name: object.name, destination, reason };
    lists.conflict.push({ labels, value: 1 });
  }
}
