import type { ControlPlane } from '../model/control-plane.ts';
import type { Pod } from '../model/workload.ts';
import { discoverIstiods, type IstiodTarget } from '../sources/istiod/discover.ts';
import { type KubeApi, KubeApiError } from '../sources/kubernetes/kube-api.ts';
import { type Io, UserError } from './io.ts';
import type { StatusOrigin } from './status-options.ts';

type ClusterOrigin = Extract<StatusOrigin, { kind: 'kubernetes' }>;

const OTHER_WAYS =
  'use --url with kubectl port-forward, --server with a running exporter, or --syncz with saved answers';

/** Every istiod pod of the cluster that the kubeconfig names. @throws UserError where none can be found */
export async function istiodsOfCluster(origin: ClusterOrigin, io: Io): Promise<readonly IstiodTarget[]> {
  const pods = await istiodPods(origin, io);
  const targets = discoverIstiods(new Map(pods.map((pod) => [`${pod.namespace}/${pod.name}`, pod])));
  if (targets.length > 0) return targets;
  const where = origin.namespace === undefined ? 'any namespace' : `namespace ${origin.namespace}`;
  throw new UserError(`no running istiod pod (label app=istiod) in ${where}; ${OTHER_WAYS}`);
}

async function istiodPods(origin: ClusterOrigin, io: Io): Promise<readonly Pod[]> {
  const { loadKubeAccess } = await import('../sources/kubernetes/kube-config.ts');
  const { KubeConfigError } = await import('../sources/kubernetes/kube-config-error.ts');
  const { createKubeApi } = await import('../sources/kubernetes/kube-api-client.ts');
  try {
    const { kubeconfig, context } = origin;
    const access = await loadKubeAccess({
      mode: 'auto',
      env: io.env,
      ...(kubeconfig !== undefined && { kubeconfig }),
      ...(context !== undefined && { context }),
    });
    if (access === undefined)
      throw new UserError(`no kubeconfig, and this is no pod: give --kubeconfig, or ${OTHER_WAYS}`);
    const api = createKubeApi({ access });
    try {
      return await listIstiodPods(api, origin.namespace, io.signal);
    } finally {
      await api.close();
    }
  } catch (error) {
    if (error instanceof KubeConfigError) throw new UserError(error.message, { cause: error });
    if (error instanceof KubeApiError)
      throw new UserError(`cannot list istiod pods: ${error.reason.detail}`, { cause: error });
    throw error;
  }
}

async function listIstiodPods(
  api: KubeApi,
  namespace: string | undefined,
  signal: AbortSignal,
): Promise<readonly Pod[]> {
  const { mapPod } = await import('../sources/kubernetes/objects/pods.ts');
  const path = namespace === undefined ? '/api/v1/pods' : `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
  let pods: Pod[] = [];
  for await (const page of api.list(path, { labelSelector: 'app=istiod' }, signal)) {
    if (page.restarted === true) pods = [];
    pods.push(...page.items.map(mapPod));
  }
  return pods;
}

/** Why nobody could be asked is mostly that pod addresses mean nothing outside of the cluster. */
export function unreachableRemedy({ istiods }: ControlPlane, targets: readonly IstiodTarget[]): string | undefined {
  const unreachable = istiods.every(({ error }) => error?.code === 'refused' || error?.code === 'timeout');
  const denied = istiods.every(({ error }) => error?.code === 'denied');
  if (!unreachable && !denied) return undefined;
  const why = unreachable
    ? 'pod addresses cannot be reached from here'
    : 'istiod lets strangers in only through a forwarded port, or with a token (--token-file)';
  const [first] = targets;
  const pod = first === undefined ? 'istiod-…' : first.istiod.name;
  const namespace = first?.istiod.namespace ?? 'istio-system';
  return [
    `${why}. Either`,
    `  kubectl -n ${namespace} port-forward pod/${pod} 15014   (one for each istiod)`,
    '  meshladder status --url http://127.0.0.1:15014',
    'or ask a running exporter: meshladder status --server http://…:19012',
  ].join('\n');
}
