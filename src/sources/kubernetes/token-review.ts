import type { TokenReviewer } from '../../model/token-reviewer.ts';
import type { RbacNeed } from '../source.ts';
import type { KubeWriter, RawObject } from './kube-api.ts';
import { record } from './objects/fields.ts';

/** What `system:auth-delegator` allows. It creates nothing that stays: the API answers what it is asked. */
export const TOKEN_REVIEW_RBAC: readonly RbacNeed[] = [
  {
    apiGroup: 'authentication.k8s.io',
    resource: 'tokenreviews',
    verbs: ['create'],
    clusterScoped: 'all',
    why: 'asks whose token a request to us bears',
  },
  {
    apiGroup: 'authorization.k8s.io',
    resource: 'subjectaccessreviews',
    verbs: ['create'],
    clusterScoped: 'all',
    why: 'asks whether they may get the path of the request',
  },
];

const TOKENS = '/apis/authentication.k8s.io/v1/tokenreviews';
const ACCESS = '/apis/authorization.k8s.io/v1/subjectaccessreviews';
/** Somebody waits for the answer. */
const TIMEOUT_MS = 5000;

/**
 * Asks the API server about bearers of tokens (Kubernetes' "Webhook Token Authentication" and "Authorization Overview").
 * Throws KubeApiError where it could not.
 * @param audiences whom a token has to be for; empty: the API server itself
 */
export function createTokenReviewer(api: Pick<KubeWriter, 'create'>, audiences: readonly string[]): TokenReviewer {
  const ask = async (path: string, kind: string, spec: object): Promise<RawObject> => {
    const apiVersion = path.split('/').slice(2, 4).join('/');
    const answer = await api.create(path, { apiVersion, kind, spec }, AbortSignal.timeout(TIMEOUT_MS));
    return record(answer['status']) ?? {};
  };
  return {
    whoIs: async (token) => {
      const wanted = audiences.length === 0 ? {} : { audiences };
      const status = await ask(TOKENS, 'TokenReview', { token, ...wanted });
      return status['authenticated'] === true && isForUs(status, audiences) ? record(status['user']) : undefined;
    },
    mayGet: async ({ username: user, uid, groups, extra }, path) => {
      const spec = { user, uid, groups, extra, nonResourceAttributes: { path: rolePath(path), verb: 'get' } };
      const status = await ask(ACCESS, 'SubjectAccessReview', spec);
      return status['allowed'] === true && status['denied'] !== true;
    },
  };
}

/**
 * A path of ours as roles name it. The API server has paths of these names too, and its own role `system:discovery` lets
 * whoever has any token get them: asked for by their bare names, ours would be open to every pod.
 */
function rolePath(path: string): string {
  return /^\/(api|apis|openapi|version)(\/|$)/.test(path) ? `/meshladder${path}` : path;
}

/** A server that knows nothing of audiences says none, and then the token is not bound to any. */
function isForUs(status: RawObject, audiences: readonly string[]): boolean {
  const told = status['audiences'];
  return audiences.length === 0 || (Array.isArray(told) && told.some((one) => audiences.includes(String(one))));
}
