import { keyOfObject } from '../../../model/cluster.ts';
import type { SpecObject } from '../../../model/spec-fields.ts';
import { labelsAt, objectAt, objectsAt, textAt } from '../../../model/spec-paths.ts';
import type { ConfigObject } from '../../../model/workload.ts';
import type { Analyzer } from '../analyzer.ts';
import { refOf } from '../analyzer.ts';
import { carries } from '../pods.ts';

/**
 * Gateways for the same pods present the same certificate (Istio pkg/config/analysis/analyzers/gateway). Servers that
 * only redirect, or pass TLS through, present none.
 */
export const gatewayDuplicateCertificate: Analyzer = {
  codes: ['IST0138'],
  needs: ['gateways.networking.istio.io'],
  analyze(world, report) {
    const byCertificate = new Map<string, Set<ConfigObject>>();
    const gateways = world.config('gateways.networking.istio.io');
    for (const object of gateways) {
      for (const certificate of certificatesOf(object)) {
        byCertificate.set(certificate, (byCertificate.get(certificate) ?? new Set()).add(object));
      }
    }
    for (const object of gateways) {
      const selector = labelsAt(object.spec, 'selector');
      const sharing = new Set(certificatesOf(object).flatMap((each) => [...(byCertificate.get(each) ?? [])]));
      const others = [...sharing].filter(
        (other) => other !== object && carries(labelsAt(other.spec, 'selector'), selector),
      );
      if (others.length === 0) continue;
      report('IST0138', refOf(object), { names: [object, ...others].map(keyOfObject).sort().join(', ') });
    }
  },
};

/** What servers present, as one word each. */
function certificatesOf({ spec }: ConfigObject): readonly string[] {
  const all = objectsAt(spec, 'servers').flatMap((server) => {
    const tls = objectAt(server, 'tls');
    return tls === undefined ? [] : certificateOf(tls);
  });
  return [...new Set(all)];
}

/** A secret counts before files; a key without a certificate is none. */
function certificateOf(tls: SpecObject): readonly string[] {
  const credential = textAt(tls, 'credentialName');
  if (credential !== '') return [`secret ${credential}`];
  const certificate = textAt(tls, 'serverCertificate');
  return certificate === '' ? [] : [`files ${certificate} ${textAt(tls, 'privateKey')}`];
}
