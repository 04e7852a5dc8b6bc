import type { Labels, Pod } from '../../../model/workload.ts';
import type { Analyzer } from '../analyzer.ts';
import { DATAPLANE_MODE, INJECT, INJECTION, namespaceNamed } from '../membership.ts';

const ROOT = 'istio-system';

/** A pod of a namespace that asks for injection has no proxy. */
export const podMissingProxy: Analyzer = {
  codes: ['IST0103'],
  needs: ['namespaces', 'pods'],
  analyze(world, report) {
    for (const pod of world.pods) {
      const { namespace, name } = pod;
      const labels = namespaceNamed(world, namespace)?.labels;
      if (namespace === ROOT || labels === undefined || !asksForInjection(labels)) continue;
      if (isExempt(pod) || pod.containers?.proxyImage !== undefined || pod.proxy !== undefined) continue;
      report('IST0103', { kind: 'Pod', namespace, name }, {});
    }
  },
};

function asksForInjection(labels: Labels): boolean {
  return labels[INJECTION] === 'enabled' && labels[DATAPLANE_MODE] !== 'ambient';
}

/** Refused by the pod itself, or left out by the injector. */
function isExempt({ labels, annotations, hostNetwork }: Pod): boolean {
  return hostNetwork || (labels[INJECT] ?? annotations[INJECT])?.toLowerCase() === 'false';
}
