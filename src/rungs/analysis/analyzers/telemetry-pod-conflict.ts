import type { Analyzer } from '../analyzer.ts';
import { refOf } from '../analyzer.ts';
import { telemetriesOf } from '../telemetries.ts';
import { namesOf, podsOfSeveral } from '../workload-policies.ts';

/** Telemetries select the same pod. */
export const telemetryPodConflict: Analyzer = {
  codes: ['IST0159'],
  needs: ['telemetries.telemetry.istio.io', 'pods'],
  analyze(world, report) {
    for (const [pod, objects] of podsOfSeveral(world, telemetriesOf(world))) {
      const names = namesOf(objects);
      for (const object of objects) report('IST0159', refOf(object), { names, pod: pod.name });
    }
  },
};
