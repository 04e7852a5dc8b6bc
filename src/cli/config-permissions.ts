import { MESH_CA_NEED } from '../sources/kubernetes/mesh-ca.ts';
import { PORT_FORWARD_NEED } from '../sources/kubernetes/port-forward.ts';
import { TOKEN_REQUEST_NEED } from '../sources/kubernetes/token-request.ts';
import type { RbacNeed } from '../sources/source.ts';

/** What somebody who looks into running proxies needs in the namespaces of these proxies, and for `diff` in istiod's. */
export const LIVE_LOOK_RBAC: readonly RbacNeed[] = [
  PORT_FORWARD_NEED,
  { apiGroup: '', resource: 'pods', verbs: ['get', 'list'], why: 'find the pod that is meant, and near names' },
  {
    apiGroup: 'apps',
    resource: 'deployments',
    verbs: ['get', 'list'],
    why: 'find the pods of deploy/NAME; statefulsets, daemonsets and replicasets where they are named',
  },
  {
    apiGroup: '',
    resource: 'namespaces',
    verbs: ['list'],
    why: 'near names for a namespace that is not there; may be denied',
  },
];

/** What somebody who asks istiods needs, in istiod's namespace; `status` without `-i` lists the pods of all of them. */
export const ISTIOD_LOOK_RBAC: readonly RbacNeed[] = [
  {
    ...PORT_FORWARD_NEED,
    namespace: 'root',
    why: 'speak with the debug port of istiods, which asks for no token there',
  },
  {
    apiGroup: '',
    resource: 'pods',
    verbs: ['list'],
    why: 'find every istiod pod; `status -i NAMESPACE` lists those of one namespace only',
  },
  MESH_CA_NEED,
  TOKEN_REQUEST_NEED,
];
