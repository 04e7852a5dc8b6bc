import type { ObjectMap } from '../../model/cluster.ts';
import { CLUSTER_DOMAIN } from '../../model/cluster-domain.ts';
import { specField, specLabels, specObjects, specText } from '../../model/spec-fields.ts';
import { compareText } from '../../model/text-order.ts';
import type { ConfigObject, Labels } from '../../model/workload.ts';
import { serviceFqdn } from '../routes/service-name.ts';

/** A subset that DestinationRules name for a host. */
export interface Subset {
  readonly name: string;
  readonly labels: Labels;
}

const subsetsOfRules = new WeakMap<ObjectMap<ConfigObject>, ReadonlyMap<string, readonly Subset[]>>();

/**
 * Subsets by FQDN of their host, each name once: where two rules name one, the older rule's counts, as Istio merges them
 * (pilot/pkg/model/destination_rule.go). A wildcard host has no subsets of one service.
 */
export function subsetsByHost(rules: ObjectMap<ConfigObject>): ReadonlyMap<string, readonly Subset[]> {
  const known = subsetsOfRules.get(rules);
  if (known !== undefined) return known;
  const byHost = new Map<string, Map<string, Subset>>();
  for (const { spec, namespace } of [...rules.values()].sort(oldestFirst)) {
    const host = serviceFqdn(specText(specField(spec, 'host')) ?? '', namespace, CLUSTER_DOMAIN);
    const subsets = byHost.get(host) ?? new Map<string, Subset>();
    byHost.set(host, subsets);
    for (const subset of specObjects(specField(spec, 'subsets'))) addSubset(subsets, subset);
  }
  const made = new Map([...byHost].map(([host, subsets]) => [host, [...subsets.values()]]));
  subsetsOfRules.set(rules, made);
  return made;
}

/** Of one second, by name: the answer must not hang on the order of a list. */
function oldestFirst(one: ConfigObject, other: ConfigObject): number {
  return (
    one.createdAt - other.createdAt || compareText(one.namespace, other.namespace) || compareText(one.name, other.name)
  );
}

function addSubset(subsets: Map<string, Subset>, subset: Readonly<Record<string, unknown>>): void {
  const name = specText(specField(subset, 'name'));
  const labels = specLabels(specField(subset, 'labels') ?? {});
  if (name !== undefined && labels !== undefined && !subsets.has(name)) subsets.set(name, { name, labels });
}
