import type { Analyzer } from '../analyzer.ts';
import { refOf } from '../analyzer.ts';
import { isNamespaceInAmbient, namespaceNamed } from '../membership.ts';
import { sidecarsOf } from '../sidecars.ts';
import { namesOf, namespacesOfSeveral } from '../workload-policies.ts';

/** Sidecars select all pods of the same namespace. */
export const sidecarNamespaceConflict: Analyzer = {
  codes: ['IST0111'],
  needs: ['sidecars.networking.istio.io', 'namespaces'],
  analyze(world, report) {
    for (const [namespace, objects] of namespacesOfSeveral(sidecarsOf(world))) {
      const found = namespaceNamed(world, namespace);
      if (found !== undefined && isNamespaceInAmbient(found)) continue;
      const names = namesOf(objects);
      for (const object of objects) report('IST0111', refOf(object), { names, namespace });
    }
  },
};
