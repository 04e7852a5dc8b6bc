import type { Config } from '../config/config.ts';
import type { Log } from '../runtime/log.ts';
import type { KubeAccess } from '../sources/kubernetes/kube-access.ts';
import type { KubeApiClient } from '../sources/kubernetes/kube-api-client.ts';
import { StartError } from './start-error.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** A Kubernetes API that we may ask. */
export interface KubernetesConnection {
  readonly api: KubeApiClient;
  readonly access: KubeAccess;
  close(): Promise<void>;
}

/**
 * The Kubernetes API, as the configuration names it; undefined where it is off, or where `auto` finds none and nothing
 * needs it. @throws StartError when what is needed cannot be had
 */
export async function connectKubernetes(options: {
  readonly config: Config;
  readonly env: Env;
  readonly log: Log;
}): Promise<KubernetesConnection | undefined> {
  const { config, env, log } = options;
  if (config.kubernetes.mode === 'off') return undefined;
  const access = await accessTo(config.kubernetes, env);
  if (access === undefined) {
    if (config.inspect.enabled) {
      throw new StartError(
        'inspect.enabled is true, and there is no Kubernetes API to reach Envoys through: this is no pod and there is no kubeconfig; give --kubeconfig, or turn it off',
      );
    }
    if (config.istiod.discovery === 'static') return undefined;
    throw new StartError(
      'no Kubernetes API: this is no pod and there is no kubeconfig; give --kubeconfig, or set istiod.discovery: static with urls',
    );
  }
  return connectionTo(access, log);
}

/** The Kubernetes API of which it is known where it is. */
export async function connectionTo(access: KubeAccess, log: Log): Promise<KubernetesConnection> {
  const { createKubeApi } = await import('../sources/kubernetes/kube-api-client.ts');
  log.info({ server: access.server, origin: access.origin }, 'asking this Kubernetes API');
  const api = createKubeApi({ access });
  return { api, access, close: () => api.close() };
}

/** What of a configuration says where an API server is. */
export interface AccessWanted {
  readonly mode: Config['kubernetes']['mode'];
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
}

/** Undefined where `auto` finds none. @throws StartError when what is asked for cannot be had */
export async function accessTo({ mode, kubeconfig, context }: AccessWanted, env: Env): Promise<KubeAccess | undefined> {
  const { loadKubeAccess } = await import('../sources/kubernetes/kube-config.ts');
  try {
    return await loadKubeAccess({
      mode,
      env,
      ...(kubeconfig !== undefined && { kubeconfig }),
      ...(context !== undefined && { context }),
    });
  } catch (cause) {
    throw new StartError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
