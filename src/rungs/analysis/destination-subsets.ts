import { labelsAt, objectsAt, textAt, textsAt } from '../../model/spec-paths.ts';
import type { ConfigObject, Labels, Pod } from '../../model/workload.ts';
import { type Destination, destinationOf } from './hosts.ts';
import { perWorld } from './per-world.ts';
import { isAnyPod } from './pods.ts';
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

/** Some pods among which a subset is looked for: those of a service. */
export interface Among {
  readonly namespace: string;
  readonly selector: Labels;
}

/**
 * Whether any pod has these labels, those of its node included; in any namespace, where not said otherwise.
 * @returns `undefined` where that hangs on nodes that are not known
 */
export function hasSubsetPod(world: World, labels: Labels, among?: Among): boolean | undefined {
  const isOfNode = ([key]: readonly [string, string]): boolean => FROM_NODE.has(key);
  const entries = Object.entries(labels);
  const own = { ...among?.selector, ...Object.fromEntries(entries.filter((entry) => !isOfNode(entry))) };
  const where = among === undefined ? {} : { namespace: among.namespace };
  if (contradicts(labels, among)) return false;
  const places = entries.filter(isOfNode);
  if (places.length === 0) return isAnyPod(world, own, where);
  if (world.unknown('nodes') !== undefined) return isAnyPod(world, own, where) ? undefined : false;
  const nodes = nodesByName(world);
  const holds = (pod: Pod): boolean => {
    const node = pod.node === undefined ? undefined : nodes.get(pod.node);
    return places.every(([key, value]) => (pod.labels[key] ?? placeOf(node, key, pod.node)) === value);
  };
  return isAnyPod(world, own, { ...where, holds });
}

/** A service and a subset that ask one label for two values have no pod together. */
function contradicts(labels: Labels, among: Among | undefined): boolean {
  return Object.entries(among?.selector ?? {}).some(([key, value]) => (labels[key] ?? value) !== value);
}

const nodesByName = perWorld(({ nodes }) => new Map(nodes.map((node) => [node.name, node.labels])));

function placeOf(node: Labels | undefined, key: string, name: string | undefined): string | undefined {
  return node?.[key] ?? (key === 'kubernetes.io/hostname' ? name : undefined);
}
