import { labelsAt } from '../../../model/spec-paths.ts';
import type { ConfigObject, Pod } from '../../../model/workload.ts';
import type { Analyzer } from '../analyzer.ts';
import { refOf } from '../analyzer.ts';
import { isPodInAmbient, isPodInMesh } from '../membership.ts';
import { meshOf } from '../mesh.ts';
import { isEmpty, podsWith, selectorText } from '../pods.ts';
import type { World } from '../world.ts';

/** An AuthorizationPolicy selects no pod of the mesh. */
export const authorizationPolicySelector: Analyzer = {
  codes: ['IST0127'],
  needs: ['authorizationpolicies.security.istio.io', 'pods', 'namespaces'],
  analyze(world, report) {
    for (const object of world.config('authorizationpolicies.security.istio.io')) {
      const labels = labelsAt(object.spec, 'selector', 'matchLabels');
      if (reachesMesh(world, object, labels)) continue;
      report('IST0127', refOf(object), { labels: isEmpty(labels) ? '(any)' : selectorText(labels) });
    }
  },
};

function reachesMesh(world: World, { namespace }: ConfigObject, labels: Readonly<Record<string, string>>): boolean {
  const isInMesh = (pod: Pod): boolean => isPodInMesh(world, pod) || isPodInAmbient(pod);
  if (namespace !== meshOf(world).rootNamespace) return podsWith(world, labels, namespace).some(isInMesh);
  return isEmpty(labels) || podsWith(world, labels).some(isInMesh);
}
