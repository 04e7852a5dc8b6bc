import type { Envoys } from '../envoy/envoys.ts';
import type { IstiodServer } from '../istiod/server.ts';
import type { PodPorts } from '../kube/pod-ports.ts';
import { ISTIODS, ROOT_NAMESPACE } from './workloads.ts';

/** istiod's monitoring port as every istiod has it. */
const MONITORING = 15_014;
/** Where Istio's bootstrap has Envoy listen. */
const ENVOY_ADMIN = 15_000;

/** What listens in the pods of the mesh. An istiod answers at the port that its pod declares, too. */
export function podPorts(istiods: readonly IstiodServer[], envoys: Envoys): PodPorts {
  return {
    find({ namespace, pod, port }) {
      if (port === ENVOY_ADMIN) return envoys.of(`${pod}.${namespace}`)?.admin;
      const istiod = namespace === ROOT_NAMESPACE ? istiods[ISTIODS.indexOf(pod)] : undefined;
      return istiod !== undefined && (port === MONITORING || port === istiod.port) ? istiod.local : undefined;
    },
  };
}
