import type { Cluster, KubeConfig, User } from '@kubernetes/client-node';
import { createKubeAccess, type KubeAccess } from '../kube-access.ts';
import { checkProxy } from '../kube-config.ts';
import { KubeConfigError } from '../kube-config-error.ts';
import { kubeconfigOf } from '../kubeconfig-file.ts';
import type { RemoteSecret } from './list.ts';

/**
 * The API server of a remote secret, and its credentials.
 * @throws KubeConfigError for one that cannot be used, or that would have us run or read something: who may write a Secret
 * must not get at what this process may
 */
export async function remoteAccess({ kubeconfig, secret, cluster }: RemoteSecret): Promise<KubeAccess> {
  const where = `remote secret ${secret}, cluster ${cluster}`;
  const load = async (): Promise<KubeConfig> => {
    const config = await kubeconfigOf(where, kubeconfig);
    const reach = [...config.users.flatMap(reachOfUser), ...config.clusters.flatMap(reachOfCluster)];
    if (reach.length === 0) return config;
    const remedy = 'write the Secret with istioctl create-remote-secret, which puts a token and a certificate into it';
    throw new KubeConfigError(`${where}: ${reach.join(', ')} may not stand there; ${remedy}`);
  };
  const access = await createKubeAccess(load, where);
  checkProxy(access);
  return access;
}

/**
 * As istiod refuses them (Istio pkg/kube/multicluster/secretcontroller.go, sanitizeKubeConfig), and beyond it: a login by
 * `auth-provider`, files of ours whatever they are for, and a server that may be anybody.
 */
function reachOfUser({ exec, authProvider, certFile, keyFile }: User): readonly string[] {
  return [
    ...(exec ? ['exec'] : []),
    ...(authProvider ? [authProvider.name === 'tokenFile' ? 'tokenFile' : 'auth-provider'] : []),
    ...(certFile ? ['client-certificate'] : []),
    ...(keyFile ? ['client-key'] : []),
  ];
}

function reachOfCluster({ caFile, skipTLSVerify, server }: Cluster): readonly string[] {
  // Where there is no TLS, it is on for the library's sake (kube-access.ts).
  const skips = skipTLSVerify && !server.startsWith('http:');
  return [...(caFile ? ['certificate-authority'] : []), ...(skips ? ['insecure-skip-tls-verify'] : [])];
}
