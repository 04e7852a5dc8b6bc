import type { Config } from '../config/config.ts';
import type { LadderSettings } from '../model/settings.ts';

/** What of the configuration the rungs honour. */
export function settingsOf({ cluster, istiod, metrics }: Config): LadderSettings {
  return Object.freeze({
    meshCluster: cluster.id,
    rootNamespace: istiod.rootNamespace,
    proxyDetail: metrics.proxyDetail,
    missingGraceSeconds: metrics.missingGrace / 1000,
    staleAfterSeconds: metrics.staleAfter / 1000,
  });
}
