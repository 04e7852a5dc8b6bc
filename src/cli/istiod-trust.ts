import { makeOnce } from '../model/make-once.ts';
import { AskError, invalid } from '../sources/istiod/ask-error.ts';
import { checkCa, readCa } from '../sources/istiod/ca-file.ts';
import type { XdsAddress } from '../sources/istiod/discover.ts';
import { readToken } from '../sources/istiod/token.ts';
import type { XdsTrust } from '../sources/istiod/xds-way.ts';
import { type KubeApi, KubeApiError, type KubeWriter } from '../sources/kubernetes/kube-api.ts';
import { type IstiodAccessOptions, WITHOUT_TOKEN } from './istiod-access.ts';

/** What of the Kubernetes API may be needed. */
type Kube = Pick<KubeApi, 'get'> & Pick<KubeWriter, 'create'>;

/** Whom istiods take tokens for (Istio pilot/pkg/features/pilot.go, TOKEN_AUDIENCES). */
const AUDIENCE = 'istio-ca';

/**
 * What a command needs to ask istiods over xDS. Nothing is read, and no token made, before it is needed, and then once;
 * what could not be had is tried anew by who asks next.
 * @param kube undefined where there is no cluster to ask
 * @returns undefined where nobody tells by whom istiods are certified
 */
export function trustOf(options: IstiodAccessOptions, kube: Kube | undefined): XdsTrust | undefined {
  const { caFile, tokenFile, requestToken } = options;
  if (caFile === undefined && kube === undefined) return undefined;
  return {
    ca: caFile === undefined ? oncePerNamespace((to, signal) => caOfMesh(kube, to, signal)) : () => readCa(caFile),
    token:
      tokenFile !== undefined || requestToken === undefined
        ? () => readToken(tokenFile)
        : oncePerNamespace((to, signal) => madeToken(kube, { ...to, serviceAccount: requestToken }, signal)),
    withoutToken: WITHOUT_TOKEN,
  };
}

type Read<T> = (to: XdsAddress, signal: AbortSignal) => Promise<T>;

function oncePerNamespace<T>(read: Read<T>): Read<T> {
  const known = new Map<string, Promise<T>>();
  return (to, signal) => makeOnce(known, to.namespace, () => read(to, signal));
}

async function caOfMesh(kube: Kube | undefined, { namespace }: XdsAddress, signal: AbortSignal): Promise<Buffer> {
  const { readMeshCa } = await import('../sources/kubernetes/mesh-ca.ts');
  const what = `the ConfigMap istio-ca-root-cert of namespace ${namespace}`;
  const pem =
    kube && (await asAskError(`cannot read ${what}`, 'give --ca-file', () => readMeshCa(kube, namespace, signal)));
  const otherwise = `${what} holds no certificate in PEM; give --ca-file`;
  return checkCa(Buffer.from(pem ?? ''), otherwise);
}

async function madeToken(
  kube: Kube | undefined,
  { namespace, serviceAccount }: { readonly namespace: string; readonly serviceAccount: string },
  signal: AbortSignal,
): Promise<string | undefined> {
  if (kube === undefined) throw invalid('--request-token: there is no cluster to ask for one; give --token-file');
  const { requestToken } = await import('../sources/kubernetes/token-request.ts');
  const wish = { namespace, serviceAccount, audience: AUDIENCE };
  const what = `no token is made for service account ${serviceAccount} of namespace ${namespace}`;
  return asAskError(what, 'give --token-file', () => requestToken(kube, wish, signal));
}

/** @throws AskError where the API server does not do it */
async function asAskError<T>(what: string, remedy: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof KubeApiError)) throw error;
    throw new AskError({ code: 'invalid', detail: `${what}: ${error.reason.detail}; ${remedy}` }, error);
  }
}
