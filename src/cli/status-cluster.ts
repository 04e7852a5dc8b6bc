import { objectKey } from '../model/cluster.ts';
import type { ControlPlane } from '../model/control-plane.ts';
import type { Pod } from '../model/workload.ts';
import { systemClock } from '../runtime/clock.ts';
import { discoverIstiods, type IstiodTarget } from '../sources/istiod/discover.ts';
import { type KubeApi, KubeApiError } from '../sources/kubernetes/kube-api.ts';
import { listAll } from '../sources/kubernetes/list-all.ts';
import { type Io, UserError } from './io.ts';
import { unreachableRemedy } from './istiod-remedy.ts';
import { type KubeOrigin, portForwardOf, withKubeApi } from './kube-session.ts';
import type { SayProgress } from './progress.ts';
import type { StatusOptions, StatusOrigin } from './status-options.ts';

type ClusterOrigin = Extract<StatusOrigin, { kind: 'kubernetes' }>;

const OTHER_WAYS =
  'use --url with kubectl port-forward, --server with a running exporter, or --syncz with saved answers';

/** What istiods of a cluster said. */
export interface AskedCluster {
  readonly controlPlane: ControlPlane;
  /** What to do where none of them could be asked. */
  readonly remedy: string | undefined;
}

/**
 * Asks every istiod pod of the cluster that the kubeconfig names.
 * @throws UserError where none can be found
 */
export async function askIstiodsOfCluster(
  origin: ClusterOrigin,
  { access: wanted, timeoutMs }: Pick<StatusOptions, 'access' | 'timeoutMs'>,
  io: Io,
  say: SayProgress,
): Promise<AskedCluster> {
  return withKubeApi(kubeOriginOf(origin), io, OTHER_WAYS, async (api, access) => {
    const targets = await istiodTargets(api, origin, io);
    const portForward = await portForwardOf(access);
    const { askOnce } = await import('../sources/istiod/once.ts');
    say(`asking ${targets.length === 1 ? 'istiod' : `${targets.length} istiods`}`);
    const { trustOf } = await import('./istiod-trust.ts');
    const { wish, tokenFile } = wanted;
    const how = { portForward, tokenFile, access: wish, trust: trustOf(wanted, api) };
    const controlPlane = await askOnce({ targets, ...how, timeoutMs, clock: systemClock, signal: io.signal });
    return { controlPlane, remedy: unreachableRemedy('status', controlPlane.istiods) };
  });
}

function kubeOriginOf({ kubeconfig, context }: ClusterOrigin): KubeOrigin {
  return { ...(kubeconfig !== undefined && { kubeconfig }), ...(context !== undefined && { context }) };
}

async function istiodTargets(api: KubeApi, { namespace }: ClusterOrigin, io: Io): Promise<readonly IstiodTarget[]> {
  const pods = await listIstiodPods(api, namespace, io.signal);
  const targets = discoverIstiods(new Map(pods.map((pod) => [objectKey(pod.namespace, pod.name), pod])));
  if (targets.length > 0) return targets;
  const where = namespace === undefined ? 'any namespace' : `namespace ${namespace}`;
  throw new UserError(`no running istiod pod (label app=istiod) in ${where}; ${OTHER_WAYS}`);
}

async function listIstiodPods(
  api: KubeApi,
  namespace: string | undefined,
  signal: AbortSignal,
): Promise<readonly Pod[]> {
  const { mapPod } = await import('../sources/kubernetes/objects/pods.ts');
  const path = namespace === undefined ? '/api/v1/pods' : `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
  try {
    return (await listAll(api, path, { labelSelector: 'app=istiod' }, signal)).map(mapPod);
  } catch (error) {
    if (!(error instanceof KubeApiError)) throw error;
    throw new UserError(`cannot list istiod pods: ${error.reason.detail}`, { cause: error });
  }
}
