import type { KubeApi } from '../sources/kubernetes/kube-api.ts';
import { type Io, UserError } from './io.ts';

/** Which cluster, as kubectl is told. */
export interface KubeOrigin {
  readonly kubeconfig?: string;
  readonly context?: string;
}

/**
 * Asks the cluster that the kubeconfig names, or the one we run in, and lets go of it.
 * @param otherWays what to do without a cluster, for the message
 * @throws UserError where there is none, or what it has cannot be read
 */
export async function withKubeApi<T>(
  origin: KubeOrigin,
  io: Io,
  otherWays: string,
  use: (api: KubeApi) => Promise<T>,
): Promise<T> {
  const { loadKubeAccess } = await import('../sources/kubernetes/kube-config.ts');
  const { KubeConfigError } = await import('../sources/kubernetes/kube-config-error.ts');
  const { createKubeApi } = await import('../sources/kubernetes/kube-api-client.ts');
  try {
    const access = await loadKubeAccess({ mode: 'auto', env: io.env, ...origin });
    if (access === undefined) {
      throw new UserError(`no kubeconfig, and this is no pod: give --kubeconfig, or ${otherWays}`);
    }
    const api = createKubeApi({ access });
    try {
      return await use(api);
    } finally {
      await api.close();
    }
  } catch (error) {
    if (error instanceof KubeConfigError) throw new UserError(error.message, { cause: error });
    throw error;
  }
}
