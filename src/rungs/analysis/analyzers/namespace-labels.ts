import type { Labels } from '../../../model/workload.ts';
import type { Analyzer } from '../analyzer.ts';
import { namespaceRef } from '../analyzer.ts';
import { DATAPLANE_MODE, INJECTION, REVISION } from '../membership.ts';

const ROOT = 'istio-system';

/** A namespace asks for more than one way into the mesh. */
export const namespaceLabels: Analyzer = {
  codes: ['IST0123'],
  needs: ['namespaces'],
  analyze(world, report) {
    for (const { name, labels } of world.namespaces) {
      const asked = name === ROOT ? [] : waysAsked(labels);
      if (asked.length > 1) report('IST0123', namespaceRef(name), { labels: asked.join(' and ') });
    }
  },
};

/** `istio-injection=disabled` beside another label is how one opts out, and no contradiction. */
function waysAsked(labels: Labels): readonly string[] {
  const injection = labels[INJECTION];
  const keys = injection === undefined || injection === 'enabled' ? [INJECTION, REVISION, DATAPLANE_MODE] : [INJECTION];
  return keys.filter((key) => labels[key] !== undefined).map((key) => `${key}=${labels[key]}`);
}
