import { known } from '../../model/observed.ts';
import { defineRung, type Rung } from '../rung.ts';
import { noSamples } from '../samples.ts';
import { examineProxyLogging } from './examine.ts';
import { FAMILIES } from './families.ts';

/** Rung 10: what the proxies themselves have to say, and how much of it. */
export const proxyLogging: Rung<typeof FAMILIES> = defineRung({
  id: 'proxy-logging',
  number: 10,
  question: 'Was debug logging left on?',
  reads: ['traffic'],
  families: FAMILIES,
  evaluate({ traffic, settings }) {
    const lists = noSamples(FAMILIES);
    for (const { proxyNamespace, workload, level, count } of known(traffic)?.proxyLogs ?? []) {
      const labels = { mesh_cluster: settings.meshCluster, proxy_namespace: proxyNamespace, workload, level };
      lists.logLines.push({ labels, value: count });
    }
    return lists;
  },
  examine: examineProxyLogging,
});
