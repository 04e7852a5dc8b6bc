import { homeCluster } from '../../model/home-cluster.ts';
import { known } from '../../model/observed.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import { defineRung, type Rung } from '../rung.ts';
import { type Gathered, noSamples } from '../samples.ts';
import { RULES } from './alerts.ts';
import { examineProxyLogging } from './examine.ts';
import { FAMILIES } from './families.ts';
import { lookedLoggers } from './verbose-loggers.ts';

/** Rung 10: what the proxies themselves have to say, and how much of it. */
export const proxyLogging: Rung<typeof FAMILIES> = defineRung({
  id: 'proxy-logging',
  number: 10,
  question: 'Was debug logging left on?',
  reads: ['history', 'inspections', 'traffic', 'verboseSince'],
  families: FAMILIES,
  rules: RULES,
  evaluate(snapshot) {
    const { traffic, settings } = snapshot;
    const lists = noSamples(FAMILIES);
    for (const { proxyNamespace, workload, level, count } of known(traffic)?.proxyLogs ?? []) {
      const labels = { mesh_cluster: settings.meshCluster, proxy_namespace: proxyNamespace, workload, level };
      lists.logLines.push({ labels, value: count });
    }
    addLoggers(lists, snapshot);
    return lists;
  },
  examine: examineProxyLogging,
});

function addLoggers(lists: Gathered<typeof FAMILIES>, snapshot: MeshSnapshot): void {
  const mesh_cluster = homeCluster(snapshot);
  for (const { proxy, loggers } of lookedLoggers(snapshot) ?? []) {
    for (const { name: logger, level, since } of loggers) {
      const labels = { mesh_cluster, proxy_namespace: proxy.namespace, proxy: proxy.name, logger, level };
      lists.verboseLogger.push({ labels, value: 1 });
      lists.verboseSince.push({ labels, value: since });
    }
  }
}
