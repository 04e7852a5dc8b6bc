import { createHash } from 'node:crypto';
import { isSpecObject } from '../../../model/spec-fields.ts';
import type { RbacNeed } from '../../source.ts';
import type { KubeApi } from '../kube-api.ts';
import { listAll } from '../list-all.ts';

/** A cluster that istiod is told of, and how it gets there (istio.io, "Install Multi-Primary", `create-remote-secret`). */
export interface RemoteSecret {
  /** Istio's id of the cluster: the key under which its kubeconfig stands. */
  readonly cluster: string;
  /** The text of a kubeconfig. Never logged. */
  readonly kubeconfig: string;
  /** `NAMESPACE/NAME` of the Secret. */
  readonly secret: string;
  /** Changes when the kubeconfig does, and with nothing else of the Secret. */
  readonly version: string;
}

export const REMOTE_SECRETS_RBAC: readonly RbacNeed[] = [
  {
    apiGroup: '',
    resource: 'secrets',
    verbs: ['list'],
    namespace: 'root',
    why: 'finds the clusters of remote secrets (`istio/multiCluster=true`); RBAC cannot leave out the others',
  },
];

/** As istiod finds them (Istio pkg/kube/multicluster/secretcontroller.go). */
const SELECTOR = 'istio/multiCluster=true';

/**
 * Every cluster of every remote secret of a namespace, by id; the first Secret to name a cluster has it, as with istiod.
 * @throws KubeApiError
 */
export async function listRemoteSecrets(
  api: Pick<KubeApi, 'list'>,
  rootNamespace: string,
  signal: AbortSignal,
): Promise<readonly RemoteSecret[]> {
  const path = `/api/v1/namespaces/${encodeURIComponent(rootNamespace)}/secrets`;
  const secrets = await listAll(api, path, { labelSelector: SELECTOR }, signal);
  const found = secrets.flatMap((secret) => secretsIn(secret, rootNamespace));
  return found.filter(({ cluster }, at) => found.findIndex((one) => one.cluster === cluster) === at);
}

function secretsIn({ metadata, data }: Readonly<Record<string, unknown>>, namespace: string): readonly RemoteSecret[] {
  if (!isSpecObject(metadata) || !isSpecObject(data)) return [];
  const secret = `${namespace}/${String(metadata['name'])}`;
  return Object.entries(data).flatMap(([cluster, encoded]) => {
    if (typeof encoded !== 'string' || cluster === '') return [];
    const kubeconfig = Buffer.from(encoded, 'base64').toString('utf8');
    return [{ cluster, secret, kubeconfig, version: createHash('sha256').update(kubeconfig).digest('hex') }];
  });
}
