import type { Envoys } from '../envoy/envoys.ts';
import type { PodListener, PodPorts } from '../kube/pod-ports.ts';
import type { MeshIstiod } from './istiods.ts';
import { ISTIODS, ROOT_NAMESPACE } from './workloads.ts';

/** istiod's ports as every istiod has them. */
const MONITORING = 15_014;
const XDS = 15_012;
/** Where Istio's bootstrap has Envoy listen. */
const ENVOY_ADMIN = 15_000;

/** What listens in the pods of the mesh. An istiod answers at the ports that its pod declares, too. */
export function podPorts(istiods: readonly MeshIstiod[], envoys: Envoys): PodPorts {
  return {
    find({ namespace, pod, port }) {
      if (port === ENVOY_ADMIN) return envoys.of(`${pod}.${namespace}`)?.admin;
      const istiod = namespace === ROOT_NAMESPACE ? istiods[ISTIODS.indexOf(pod)] : undefined;
      return istiod === undefined ? undefined : listenerOf(istiod, port);
    },
  };
}

function listenerOf({ http, xds }: MeshIstiod, port: number): PodListener | undefined {
  if (port === MONITORING || port === http.port) return http.local;
  return xds !== undefined && (port === XDS || port === xds.port) ? { tcp: xds.port } : undefined;
}
