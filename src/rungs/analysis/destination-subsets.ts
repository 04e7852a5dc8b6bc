import type { ConfigObject, Labels, Pod } from '../../model/workload.ts';
import { type Destination, destinationOf } from './hosts.ts';
import { podsWith } from './pods.ts';
import { labelsAt, objectsAt, textAt, textsAt } from './spec.ts';
import type { World } from './world.ts';

/** A subset of a DestinationRule whose host is known. */
export interface Subset {
  readonly name: string;
  readonly labels: Labels;
  readonly destination: Destination;
}

export function subsetsOf(world: World, { namespace, spec }: ConfigObject): readonly Subset[] {
  const from = { namespace, exportTo: textsAt(spec, 'exportTo') };
  const destination = destinationOf(world, textAt(spec, 'host'), from);
  if (destination === undefined) return [];
  // A ServiceEntry says of its own which pods are meant; a Service is not asked, as with istioctl.
  const selected = labelsAt(destination.entry?.spec, 'workloadSelector', 'labels');
  return objectsAt(spec, 'subsets').map((subset) => ({
    name: textAt(subset, 'name'),
    labels: { ...labelsAt(subset, 'labels'), ...selected },
    destination,
  }));
}

/** Labels that istiod takes from a pod's node (Istio pilot/pkg/model: node locality). */
const FROM_NODE: ReadonlySet<string> = new Set([
  'kubernetes.io/hostname',
  'topology.kubernetes.io/region',
  'topology.kubernetes.io/zone',
  'topology.istio.io/subzone',
  'failure-domain.beta.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
]);

/**
 * The pods with these labels, in any namespace, those of their nodes included.
 * @returns `undefined` where that hangs on nodes that are not known
 */
export function podsOfSubset(world: World, labels: Labels): readonly Pod[] | undefined {
  const own = Object.entries(labels).filter(([key]) => !FROM_NODE.has(key));
  if (own.length === Object.keys(labels).length) return podsWith(world, labels);
  const places = Object.entries(labels).filter(([key]) => FROM_NODE.has(key));
  const candidates = podsWith(world, Object.fromEntries(own));
  if (candidates.length > 0 && world.unknown('nodes') !== undefined) return undefined;
  const nodes = new Map(world.nodes.map((node) => [node.name, node.labels]));
  return candidates.filter((pod) => {
    const node = pod.node === undefined ? undefined : nodes.get(pod.node);
    return places.every(([key, value]) => (pod.labels[key] ?? placeOf(node, key, pod.node)) === value);
  });
}

function placeOf(node: Labels | undefined, key: string, name: string | undefined): string | undefined {
  return node?.[key] ?? (key === 'kubernetes.io/hostname' ? name : undefined);
}
