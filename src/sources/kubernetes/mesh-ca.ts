import type { RbacNeed } from '../source.ts';
import type { KubeApi } from './kube-api.ts';
import { record } from './objects/fields.ts';

/** As istiod calls it, in every namespace (Istio pilot/pkg/features/pilot.go, PILOT_CA_CERT_CONFIGMAP). */
const NAME = 'istio-ca-root-cert';

export const MESH_CA_NEED: RbacNeed = {
  apiGroup: '',
  resource: 'configmaps',
  verbs: ['get'],
  resourceNames: [NAME],
  namespace: 'root',
  why: 'know istiods by the authority of the mesh, where they are asked over xDS; not with `--ca-file`',
};

/**
 * The authority that signs certificates of the mesh, in PEM, not yet looked at; nothing where the ConfigMap holds none.
 * @throws KubeApiError
 */
export async function readMeshCa(
  api: Pick<KubeApi, 'get'>,
  namespace: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const object = await api.get(`/api/v1/namespaces/${encodeURIComponent(namespace)}/configmaps/${NAME}`, signal);
  const pem = record(object['data'])?.['root-cert.pem'];
  return typeof pem === 'string' ? pem : undefined;
}
