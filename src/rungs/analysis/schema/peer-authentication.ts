import { hasAt, labelsAt, objectAt } from '../../../model/spec-paths.ts';
import type { ConfigObject } from '../../../model/workload.ts';
import type { Problems } from './problems.ts';
import { badPort } from './values.ts';
import { checkWorkloadSelector } from './workload-selector.ts';

/** What Istio refuses of a PeerAuthentication, or warns of (Istio pkg/config/validation). */
export function checkPeerAuthentication({ spec }: ConfigObject, problems: Problems): void {
  const labels = labelsAt(spec, 'selector', 'matchLabels');
  const ports = Object.keys(objectAt(spec, 'portLevelMtls') ?? {});
  if (hasAt(spec, 'selector')) checkWorkloadSelector(labels, problems);
  if (ports.length > 0 && Object.keys(labels).length === 0) {
    problems.error('it has portLevelMtls, and no selector to say whose ports');
  }
  for (const port of ports) problems.check(badPort(Number(port)));
}
