import { known } from '../../model/observed.ts';
import { proxyTableInSteps } from '../../model/proxy-table.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import { defineRungInSteps, type Rung } from '../rung.ts';
import { type Gathered, noSamples } from '../samples.ts';
import { RULES } from './alerts.ts';
import { addBlocked } from './blocked-workloads.ts';
import { addCounts } from './counts.ts';
import { examineConfigSynced } from './examine.ts';
import { FAMILIES } from './families.ts';
import { addProxies } from './proxy-samples.ts';

type Lists = Gathered<typeof FAMILIES>;

/** Rung 2: whether every proxy has acknowledged what istiod sent, since when not, and what keeps it from doing so. */
export const configSynced: Rung<typeof FAMILIES> = defineRungInSteps({
  id: 'config-synced',
  number: 2,
  question: 'Has every proxy acknowledged what istiod sent?',
  reads: ['controlPlane', 'cluster', 'history', 'traffic'],
  families: FAMILIES,
  rules: RULES,
  *evaluateInSteps(snapshot) {
    const lists = noSamples(FAMILIES);
    const rows = yield* proxyTableInSteps(snapshot);
    yield* addCounts(lists, rows, snapshot.history.changes);
    yield* addProxies(lists, rows, snapshot.settings);
    addChanges(lists, snapshot);
    addBlocked(lists, snapshot);
    addStreamFailures(lists, snapshot);
    return lists;
  },
  examine: examineConfigSynced,
});

function addChanges(lists: Lists, { history }: MeshSnapshot): void {
  for (const { cluster, proxyNamespace, xdsType, state, count } of history.changes) {
    const labels = { mesh_cluster: cluster, proxy_namespace: proxyNamespace, xds_type: xdsType, state };
    lists.stateChanges.push({ labels, value: count });
  }
}

function addStreamFailures(lists: Lists, { traffic, settings }: MeshSnapshot): void {
  for (const { proxyNamespace, workload, reason, count } of known(traffic)?.xdsStreamFailures ?? []) {
    const labels = { mesh_cluster: settings.meshCluster, proxy_namespace: proxyNamespace, workload, reason };
    lists.xdsStreamFailures.push({ labels, value: count });
  }
}
