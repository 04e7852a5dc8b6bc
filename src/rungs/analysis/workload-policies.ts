import type { ConfigObject, Labels, Pod } from '../../model/workload.ts';
import { isEmpty, podsWith } from './pods.ts';
import type { World } from './world.ts';

/** An object that is for the pods it selects, or for all of its namespace. */
export interface PodPolicy {
  readonly object: ConfigObject;
  /** Empty for the whole namespace. */
  readonly selector: Labels;
}

/** Objects that select a pod together, each pod with all of them. */
export function podsOfSeveral(world: World, policies: readonly PodPolicy[]): ReadonlyMap<Pod, readonly ConfigObject[]> {
  const byPod = new Map<Pod, ConfigObject[]>();
  for (const { object, selector } of policies.filter((policy) => !isEmpty(policy.selector))) {
    for (const pod of podsWith(world, selector, object.namespace)) {
      byPod.set(pod, [...(byPod.get(pod) ?? []), object]);
    }
  }
  return new Map([...byPod].filter(([, objects]) => objects.length > 1));
}

/** Objects that are for the whole of one namespace together. */
export function namespacesOfSeveral(policies: readonly PodPolicy[]): ReadonlyMap<string, readonly ConfigObject[]> {
  const wide = policies.filter(({ selector }) => isEmpty(selector)).map(({ object }) => object);
  const byNamespace = Map.groupBy(wide, ({ namespace }) => namespace);
  return new Map([...byNamespace].filter(([, objects]) => objects.length > 1));
}

/** Objects that select pods, and of their namespace none. */
export function policiesOfNoPod(world: World, policies: readonly PodPolicy[]): readonly PodPolicy[] {
  return policies.filter(
    ({ object, selector }) => !isEmpty(selector) && podsWith(world, selector, object.namespace).length === 0,
  );
}

export function namesOf(objects: readonly ConfigObject[]): string {
  return objects.map(({ name }) => name).join(', ');
}
