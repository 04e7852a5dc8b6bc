import type { Config } from '../config/config.ts';
import type { LadderSettings } from '../model/settings.ts';
import { readSuppression } from '../model/suppression.ts';

/** What of the configuration the rungs honour. */
export function settingsOf({ cluster, istiod, kubernetes, metrics, analysis }: Config): LadderSettings {
  return Object.freeze({
    meshCluster: cluster.id,
    rootNamespace: istiod.rootNamespace,
    proxyDetail: metrics.proxyDetail,
    missingGraceSeconds: metrics.missingGrace / 1000,
    staleAfterSeconds: metrics.staleAfter / 1000,
    ...(kubernetes.namespaces.length > 0 && { isPartialView: true as const }),
    suppress: analysis.suppress.flatMap((text) => readSuppression(text) ?? []),
  });
}
