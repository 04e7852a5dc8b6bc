import type { ConfigKey } from '../../../model/config-kinds.ts';
import { labelsAt } from '../../../model/spec-paths.ts';
import type { Labels } from '../../../model/workload.ts';
import type { Analyzer } from '../analyzer.ts';
import { refOf } from '../analyzer.ts';
import { meshOf } from '../mesh.ts';
import { carries, isEmpty, podsWith, selectorText } from '../pods.ts';
import type { World } from '../world.ts';

/** Kinds whose selectors istioctl does not look at, and where those stand. */
const SELECTORS = [
  ['peerauthentications.security.istio.io', ['selector', 'matchLabels']],
  ['requestauthentications.security.istio.io', ['selector', 'matchLabels']],
  ['wasmplugins.extensions.istio.io', ['selector', 'matchLabels']],
  ['proxyconfigs.networking.istio.io', ['selector', 'matchLabels']],
  ['envoyfilters.networking.istio.io', ['workloadSelector', 'labels']],
] as const satisfies readonly (readonly [ConfigKey, readonly string[]])[];

/** A policy selects no pod. */
export const policySelector: Analyzer = {
  codes: ['ML0008'],
  needs: [...SELECTORS.map(([key]) => key), 'workloadentries.networking.istio.io', 'pods', 'meshConfigs'],
  analyze(world, report) {
    const root = meshOf(world).rootNamespace;
    for (const [key, path] of SELECTORS) {
      for (const object of world.config(key)) {
        const labels = labelsAt(object.spec, ...path);
        const namespace = object.namespace === root ? undefined : object.namespace;
        if (isEmpty(labels) || hasWorkload(world, labels, namespace)) continue;
        report('ML0008', refOf(object), { labels: selectorText(labels) });
      }
    }
  },
};

function hasWorkload(world: World, labels: Labels, namespace: string | undefined): boolean {
  return podsWith(world, labels, namespace).length > 0 || hasMachine(world, labels, namespace);
}

/** Virtual machines have no pods; a WorkloadEntry stands for one. */
function hasMachine(world: World, labels: Labels, namespace: string | undefined): boolean {
  return world
    .config('workloadentries.networking.istio.io')
    .some(
      (entry) =>
        (namespace === undefined || entry.namespace === namespace) && carries(labelsAt(entry.spec, 'labels'), labels),
    );
}
