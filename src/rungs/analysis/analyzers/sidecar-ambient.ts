import type { Analyzer } from '../analyzer.ts';
import { refOf } from '../analyzer.ts';
import { isNamespaceInAmbient, isPodInAmbient, namespaceNamed } from '../membership.ts';
import { isEmpty, podsWith } from '../pods.ts';
import { sidecarsOf } from '../sidecars.ts';

/** A Sidecar is for pods in ambient mode, which have none. */
export const sidecarAmbient: Analyzer = {
  codes: ['IST0167'],
  needs: ['sidecars.networking.istio.io', 'namespaces', 'pods'],
  analyze(world, report) {
    for (const { object, selector } of sidecarsOf(world)) {
      const namespace = namespaceNamed(world, object.namespace);
      if (isEmpty(selector)) {
        const reason = `the namespace ${object.namespace} is in ambient mode`;
        if (namespace !== undefined && isNamespaceInAmbient(namespace)) report('IST0167', refOf(object), { reason });
        continue;
      }
      const pod = podsWith(world, selector, object.namespace).find(isPodInAmbient);
      if (pod === undefined) continue;
      report('IST0167', refOf(object), { reason: `it selects the pod ${pod.name}, which is in ambient mode` });
    }
  },
};
