import type { EpochSeconds } from '../model/brand.ts';
import { type ClusterObjects, objectKey } from '../model/cluster.ts';
import type { Inspections, LookFacts, ProxyInspection } from '../model/inspection.ts';
import { known, type Observed } from '../model/observed.ts';
import { workloadOfPod } from '../model/workload-of-pod.ts';
import { inspectDump } from '../rungs/inspect-dump.ts';
import type { SavedEnvoy } from '../sources/bundle/bundle.ts';

/** Takes in what Envoys had answered, cut down at once to what the ladder asks: all dumps together may not fit. */
export interface BundleLooks {
  take(look: SavedEnvoy, cluster: ClusterObjects): void;
  /** @param at when the bundle was made */
  inspections(at: EpochSeconds): Observed<Inspections>;
}

export function createBundleLooks(): BundleLooks {
  const looks = new Map<string, Omit<ProxyInspection, 'at'>>();
  return {
    take({ pod: { namespace, name }, dump }, cluster) {
      const key = objectKey(namespace, name);
      const workload = workloadOfPod(name, known(cluster.pods)?.get(key), cluster);
      const facts: LookFacts = inspectDump({ dump });
      looks.set(key, { namespace, name, workload, ...facts });
    },
    inspections(at) {
      if (looks.size === 0) {
        return { state: 'failed', error: { code: 'not_found', detail: 'no config dump is in the bundle' } };
      }
      const proxies = new Map([...looks].map(([key, look]): [string, ProxyInspection] => [key, { ...look, at }]));
      return { state: 'fresh', at, value: { proxies, failed: new Map() } };
    },
  };
}
