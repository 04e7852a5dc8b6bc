import { selects } from '../../model/label-selector.ts';
import { compareText } from '../../model/text-order.ts';
import type { Labels, Pod } from '../../model/workload.ts';
import { perWorld } from './per-world.ts';
import type { World } from './world.ts';

/** Whether every label asked for is there with that value. */
export function carries(labels: Labels, wanted: Labels): boolean {
  return selects({ matchLabels: wanted }, labels);
}

/** `a=1,b=2`, in the order of the names, as istioctl writes selectors. */
export function selectorText(labels: Labels): string {
  const keys = Object.keys(labels).sort(compareText);
  return keys.map((key) => `${key}=${labels[key]}`).join(',');
}

export function isEmpty(labels: Labels): boolean {
  return Object.keys(labels).length === 0;
}

/** Pods by each of their labels, so that a selector looks at few of them. */
const podsByLabel = perWorld(({ pods }) => {
  const byLabel = new Map<string, Pod[]>();
  for (const pod of pods) {
    for (const key of Object.keys(pod.labels)) {
      const label = `${key}=${pod.labels[key]}`;
      const there = byLabel.get(label);
      if (there === undefined) byLabel.set(label, [pod]);
      else there.push(pod);
    }
  }
  return byLabel;
});

const podsByNamespace = perWorld(({ pods }) => Map.groupBy(pods, ({ namespace }) => namespace));

export function podsIn(world: World, namespace: string): readonly Pod[] {
  return podsByNamespace(world).get(namespace) ?? [];
}

/** The pods with these labels, of one namespace or of all. No labels select every pod. */
export function podsWith(world: World, labels: Labels, namespace?: string): readonly Pod[] {
  const candidates = fewest(world, labels, namespace);
  return candidates.filter(
    (pod) => (namespace === undefined || pod.namespace === namespace) && carries(pod.labels, labels),
  );
}

/** Whether there is such a pod, for which something more may have to hold. */
export function isAnyPod(
  world: World,
  labels: Labels,
  { namespace, holds = () => true }: { readonly namespace?: string; readonly holds?: (pod: Pod) => boolean } = {},
): boolean {
  return fewest(world, labels, namespace).some(
    (pod) => (namespace === undefined || pod.namespace === namespace) && carries(pod.labels, labels) && holds(pod),
  );
}

function fewest(world: World, labels: Labels, namespace: string | undefined): readonly Pod[] {
  let found = namespace === undefined ? world.pods : podsIn(world, namespace);
  const byLabel = podsByLabel(world);
  for (const key of Object.keys(labels)) {
    const carriers = byLabel.get(`${key}=${labels[key]}`) ?? [];
    if (carriers.length < found.length) found = carriers;
  }
  return found;
}
