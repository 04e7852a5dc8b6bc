import type { RbacNeed } from '../source.ts';
import type { KubeWriter } from './kube-api.ts';
import { record } from './objects/fields.ts';

export const TOKEN_REQUEST_NEED: RbacNeed = {
  apiGroup: '',
  resource: 'serviceaccounts/token',
  verbs: ['create'],
  namespace: 'root',
  why: 'have a token made for ten minutes, with which istiods are asked over xDS; only with `--request-token`',
};

/** Whom a token is for. */
export interface TokenWish {
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly audience: string;
}

/** The least that the API server makes one for (Kubernetes "TokenRequest", expirationSeconds). */
const EXPIRATION_SECONDS = 600;

/**
 * Has a token made for a service account. It is kept nowhere, and nobody can take it back before it ends.
 * @returns undefined where the answer holds none
 * @throws KubeApiError
 */
export async function requestToken(
  api: Pick<KubeWriter, 'create'>,
  { namespace, serviceAccount, audience }: TokenWish,
  signal: AbortSignal,
): Promise<string | undefined> {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/serviceaccounts/${encodeURIComponent(serviceAccount)}/token`;
  const spec = { audiences: [audience], expirationSeconds: EXPIRATION_SECONDS };
  const wish = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec };
  const token = record((await api.create(path, wish, signal))['status'])?.['token'];
  return typeof token === 'string' && token !== '' ? token : undefined;
}
