import { membershipOf } from '../../../model/membership.ts';
import { isLeaving } from '../../../model/proxy-pod.ts';
import type { Pod } from '../../../model/workload.ts';
import { meshOf } from '../../analysis/mesh.ts';
import { perWorld } from '../../analysis/per-world.ts';
import { carries, isEmpty } from '../../analysis/pods.ts';
import { counted, firstOf, shellWord } from '../../wording.ts';
import { bindingOf } from './bindings.ts';
import { type Cause, untold } from './cause.ts';
import { serviceOf } from './known-hosts.ts';

/** Callers have no proxy: routes are applied by the one who sends. */
export const clientOutside: Cause = {
  id: 'client-outside',
  what: 'The client is outside the mesh',
  sign: 'requests come in at the proxies of the service, no proxy logs that it sends any, and pods without a proxy run in the cluster',
  mend: "put the client's pods into the mesh: routes are applied where requests are sent, not where they arrive",
  find({ split, object, world, callers, unaccounted }) {
    if (unaccounted === 0 || callers.length > 0) return undefined;
    if (split.object.kind !== 'VirtualService' || !bindingOf(object).isForMesh) return undefined;
    const blind = untold(world, 'pods');
    if (blind !== undefined) return blind;
    const services = bindingOf(object).hosts.flatMap((host) => serviceOf(world, host) ?? []);
    const servers = (pod: Pod): boolean =>
      services.some(({ namespace, selector = {} }) => {
        return pod.namespace === namespace && !isEmpty(selector) && carries(pod.labels, selector);
      });
    const outside = outsiders(world).filter((pod) => !servers(pod));
    const [first] = outside;
    if (first === undefined) return undefined;
    const names = firstOf(outside.map(({ name, namespace }) => `${name}.${namespace}`));
    return {
      isCertain: false,
      text: 'callers have no proxy, and a proxy applies routes where requests are sent',
      evidence: [
        `${counted(unaccounted, 'request')} came in that no proxy logged as sent`,
        `${counted(outside.length, 'pod')} without a proxy: ${names}`,
      ],
      mend: "put the client's pods into the mesh",
      next: `kubectl get pods -n ${shellWord(first.namespace)} -o wide`,
    };
  },
};

/** Pods that may call and are not in the mesh; those of the system are not counted. */
const outsiders = perWorld((world): readonly Pod[] => {
  const system = new Set([meshOf(world).rootNamespace, 'kube-system', 'kube-public', 'kube-node-lease']);
  return world.pods.filter((pod) => !system.has(pod.namespace) && !isLeaving(pod) && membershipOf(pod) === 'none');
});
