import { current } from '../../model/current.ts';
import { type InjectionGap, injectionGap } from '../../model/injection-verdict.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import { eachInSteps, runSteps, type Steps } from '../../model/steps.ts';
import type { Pod } from '../../model/workload.ts';

/** A pod that should have a proxy and has none. */
export interface PodGap {
  readonly pod: Pod;
  readonly reason: InjectionGap;
}

/**
 * Which of these pods lack the proxy they should have. Without the injectors' own selectors nothing is said: guessed
 * rules would accuse the wrong pods.
 * @returns undefined where namespaces or injectors are not known
 */
export function gapsAmong(pods: Iterable<Pod>, snapshot: MeshSnapshot): readonly PodGap[] | undefined {
  return runSteps(gapsInSteps(pods, snapshot));
}

export function* gapsInSteps(pods: Iterable<Pod>, snapshot: MeshSnapshot): Steps<readonly PodGap[] | undefined> {
  const { cluster, takenAt, settings } = snapshot;
  const namespaces = current(cluster.namespaces, takenAt, settings.staleAfterSeconds);
  const webhooks = current(cluster.injectors, takenAt, settings.staleAfterSeconds);
  if (namespaces === undefined || webhooks === undefined) return undefined;
  const injectors = [...webhooks.values()];
  const gaps: PodGap[] = [];
  yield* eachInSteps(pods, (pod) => {
    const namespaceLabels = pod.proxy === undefined ? namespaces.get(pod.namespace)?.labels : undefined;
    if (namespaceLabels === undefined) return;
    const reason = injectionGap({ pod, namespaceLabels, injectors });
    if (reason !== undefined) gaps.push({ pod, reason });
  });
  return gaps;
}
