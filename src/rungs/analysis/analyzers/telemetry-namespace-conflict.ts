import type { Analyzer } from '../analyzer.ts';
import { refOf } from '../analyzer.ts';
import { telemetriesOf } from '../telemetries.ts';
import { namesOf, namespacesOfSeveral } from '../workload-policies.ts';

/** Telemetries select all pods of the same namespace. */
export const telemetryNamespaceConflict: Analyzer = {
  codes: ['IST0160'],
  needs: ['telemetries.telemetry.istio.io'],
  analyze(world, report) {
    for (const [namespace, objects] of namespacesOfSeveral(telemetriesOf(world))) {
      const names = namesOf(objects);
      for (const object of objects) report('IST0160', refOf(object), { names, namespace });
    }
  },
};
