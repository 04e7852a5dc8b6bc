import type { Labels, Service } from '../../model/workload.ts';
import { perWorld } from './per-world.ts';
import { carries } from './pods.ts';
import type { World } from './world.ts';

/** Services with a selector, each under one label of it: pods with all labels have that one too. */
const servicesByLabel = perWorld(({ services }) => {
  const byLabel = new Map<string, Service[]>();
  for (const service of services) {
    const [label] = Object.entries(service.selector ?? {});
    if (label === undefined) continue;
    const key = labelKey(service.namespace, ...label);
    const there = byLabel.get(key);
    if (there === undefined) byLabel.set(key, [service]);
    else there.push(service);
  }
  return byLabel;
});

function labelKey(namespace: string, name: string, value: string): string {
  return `${namespace}/${name}=${value}`;
}

/** The services of a namespace that select pods with these labels. */
export function servicesSelecting(world: World, namespace: string, labels: Labels): readonly Service[] {
  const byLabel = servicesByLabel(world);
  const near = Object.entries(labels).flatMap((label) => byLabel.get(labelKey(namespace, ...label)) ?? []);
  return near.filter(({ selector }) => selector !== undefined && carries(labels, selector));
}
