import { hasAt, numberAt, objectsAt, textAt, valueAt } from '../../../model/spec-paths.ts';
import type { Analyzer } from '../analyzer.ts';
import { refOf } from '../analyzer.ts';

/** TLS of a DestinationRule that accepts whatever certificate the other side shows. */
export const destinationRuleVerification: Analyzer = {
  codes: ['IST0128', 'IST0129'],
  needs: ['destinationrules.networking.istio.io'],
  analyze(world, report) {
    for (const object of world.config('destinationrules.networking.istio.io')) {
      const host = textAt(object.spec, 'host');
      const isSelected = hasAt(object.spec, 'workloadSelector');
      const mode = unverified(valueAt(object.spec, 'trafficPolicy', 'tls'), isSelected);
      if (mode !== undefined) report('IST0128', refOf(object), { host, mode });
      for (const settings of objectsAt(object.spec, 'trafficPolicy', 'portLevelSettings')) {
        const portMode = unverified(settings['tls'], isSelected);
        const port = String(numberAt(settings, 'port', 'number') ?? '?');
        if (portMode !== undefined) report('IST0129', refOf(object), { host, port, mode: portMode });
      }
    }
  },
};

/** Only where the rule selects workloads may certificates come from a secret instead. */
function unverified(tls: unknown, isSelected: boolean): string | undefined {
  const mode = textAt(tls, 'mode');
  const isOfSecret = isSelected && textAt(tls, 'credentialName') !== '';
  const isOneSided = mode === 'SIMPLE' || mode === 'MUTUAL';
  return isOneSided && textAt(tls, 'caCertificates') === '' && !isOfSecret ? mode : undefined;
}
