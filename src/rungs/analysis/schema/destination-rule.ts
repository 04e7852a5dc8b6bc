import type { SpecObject } from '../../../model/spec-fields.ts';
import { hasAt, labelsAt, objectAt, objectsAt, textAt, textsAt } from '../../../model/spec-paths.ts';
import type { ConfigObject } from '../../../model/workload.ts';
import { checkExports } from './exports.ts';
import type { Problems } from './problems.ts';
import { checkTrafficPolicy } from './traffic-policy.ts';
import { badLabelMap, badWildcardName, isDnsLabel } from './values.ts';
import { checkWorkloadSelector } from './workload-selector.ts';

/** What Istio refuses of a DestinationRule, or warns of (Istio pkg/config/validation). */
export function checkDestinationRule({ namespace, spec }: ConfigObject, problems: Problems): void {
  problems.check(badWildcardName(textAt(spec, 'host')));
  checkTrafficPolicy(objectAt(spec, 'trafficPolicy'), problems);
  const subsets = objectsAt(spec, 'subsets');
  for (const subset of subsets) checkSubset(subset, problems);
  const names = subsets.map((subset) => textAt(subset, 'name'));
  if (new Set(names).size < names.length) problems.error('two of its subsets have the same name');
  checkExports({ namespace, spec }, problems, { beForNobody: false });
  if (!hasAt(spec, 'workloadSelector')) return;
  const isForOthers = textsAt(spec, 'exportTo').some((scope) => scope !== '.' && scope !== namespace);
  if (isForOthers) problems.error('with a workloadSelector it may be exported to its own namespace alone');
  checkWorkloadSelector(labelsAt(spec, 'workloadSelector', 'matchLabels'), problems);
}

function checkSubset(subset: SpecObject, problems: Problems): void {
  const name = textAt(subset, 'name');
  if (!isDnsLabel(name)) problems.error(`"${name}" is no name of a subset`);
  problems.check(badLabelMap(labelsAt(subset, 'labels')));
  checkTrafficPolicy(objectAt(subset, 'trafficPolicy'), problems);
}
