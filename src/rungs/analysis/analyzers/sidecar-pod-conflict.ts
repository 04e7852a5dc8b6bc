import type { Analyzer } from '../analyzer.ts';
import { refOf } from '../analyzer.ts';
import { isPodInAmbient } from '../membership.ts';
import { sidecarsOf } from '../sidecars.ts';
import { namesOf, podsOfSeveral } from '../workload-policies.ts';

/** Sidecars select the same pod. */
export const sidecarPodConflict: Analyzer = {
  codes: ['IST0110'],
  needs: ['sidecars.networking.istio.io', 'pods'],
  analyze(world, report) {
    for (const [pod, objects] of podsOfSeveral(world, sidecarsOf(world))) {
      // ztunnel has no use for any of them, which is said elsewhere.
      if (isPodInAmbient(pod)) continue;
      const names = namesOf(objects);
      for (const object of objects) report('IST0110', refOf(object), { names, pod: pod.name });
    }
  },
};
