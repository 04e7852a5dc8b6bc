import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import { createKubeAccess, type KubeAccess } from './kube-access.ts';
import { KubeConfigError } from './kube-config-error.ts';
import { loadKubeconfig } from './kubeconfig-file.ts';

export type KubernetesMode = 'auto' | 'in-cluster' | 'kubeconfig' | 'off';

export interface KubeConfigOptions {
  readonly mode: KubernetesMode;
  /** `--kubeconfig`: this file alone. */
  readonly kubeconfig?: string;
  /** `--context`. */
  readonly context?: string;
  /** KUBECONFIG, HOME, KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are read from here. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where the pod's token and CA are mounted. */
  readonly serviceAccountDir?: string;
}

const SERVICE_ACCOUNT_DIR = '/var/run/secrets/kubernetes.io/serviceaccount';
const PROXY_SCHEMES = ['http:', 'https:'];

/**
 * Finds the API server and our credentials for it. `auto` takes the first there is of: `--kubeconfig`, KUBECONFIG, the
 * pod's service account, `~/.kube/config`; with none of them it is `undefined`, as `off` always is.
 * @throws KubeConfigError when what was asked for is missing or wrong
 */
export async function loadKubeAccess(options: KubeConfigOptions): Promise<KubeAccess | undefined> {
  const way = chooseWay(options);
  if (way === undefined) return undefined;
  const access = await (way.kind === 'in-cluster' ? inCluster(options) : fromFiles(way, options));
  checkProxy(access);
  return access;
}

type Way =
  | { readonly kind: 'in-cluster' }
  | { readonly kind: 'kubeconfig'; readonly paths: readonly string[]; readonly mayBeMissing: boolean };

function chooseWay(options: KubeConfigOptions): Way | undefined {
  if (options.mode === 'off') return undefined;
  if (options.mode === 'in-cluster') return { kind: 'in-cluster' };
  const files = namedFiles(options);
  if (files !== undefined) return files;
  if (options.mode === 'auto' && isInCluster(options)) return { kind: 'in-cluster' };
  return homeFile(options);
}

function namedFiles({ kubeconfig, env }: KubeConfigOptions): Way | undefined {
  if (kubeconfig !== undefined) return { kind: 'kubeconfig', paths: [kubeconfig], mayBeMissing: false };
  const listed = (env['KUBECONFIG'] ?? '').split(delimiter).filter((path) => path !== '');
  return listed.length === 0 ? undefined : { kind: 'kubeconfig', paths: listed, mayBeMissing: true };
}

function homeFile({ mode, env }: KubeConfigOptions): Way | undefined {
  const path = join(env['HOME'] ?? '', '.kube', 'config');
  if (env['HOME'] !== undefined && existsSync(path)) return { kind: 'kubeconfig', paths: [path], mayBeMissing: false };
  if (mode === 'auto') return undefined;
  throw new KubeConfigError('no kubeconfig: give --kubeconfig, set KUBECONFIG, or put one at ~/.kube/config');
}

function isInCluster({ env, serviceAccountDir = SERVICE_ACCOUNT_DIR }: KubeConfigOptions): boolean {
  return Boolean(env['KUBERNETES_SERVICE_HOST']) && existsSync(join(serviceAccountDir, 'token'));
}

async function inCluster({ env, serviceAccountDir = SERVICE_ACCOUNT_DIR }: KubeConfigOptions): Promise<KubeAccess> {
  const host = env['KUBERNETES_SERVICE_HOST'];
  if (!host) {
    throw new KubeConfigError('KUBERNETES_SERVICE_HOST is not set: this is no pod; use kubernetes.mode kubeconfig');
  }
  const tokenFile = join(serviceAccountDir, 'token');
  await readFile(tokenFile).catch((cause: unknown) => {
    const remedy = 'set automountServiceAccountToken: true on the pod or its service account';
    throw new KubeConfigError(`${tokenFile} cannot be read: ${remedy}`, { cause });
  });
  const server = `https://${host.includes(':') ? `[${host}]` : host}:${env['KUBERNETES_SERVICE_PORT'] ?? '443'}`;
  return createKubeAccess(() => inClusterConfig(server, serviceAccountDir), 'in-cluster');
}

async function inClusterConfig(server: string, folder: string): Promise<KubeConfig> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    { name: 'in-cluster', server, caFile: join(folder, 'ca.crt'), skipTLSVerify: false },
    { name: 'service-account', authProvider: { name: 'tokenFile', config: { tokenFile: join(folder, 'token') } } },
  );
  return config;
}

async function fromFiles(way: Extract<Way, { kind: 'kubeconfig' }>, options: KubeConfigOptions): Promise<KubeAccess> {
  const { paths, mayBeMissing } = way;
  const files = { paths, mayBeMissing, ...(options.context !== undefined && { context: options.context }) };
  const first = await loadKubeconfig(files);
  return createKubeAccess(() => loadKubeconfig(files), `context ${first.getCurrentContext()} of ${paths.join(', ')}`);
}

/** @throws KubeConfigError for a proxy that we cannot speak with */
export function checkProxy({ proxyUrl, origin }: KubeAccess): void {
  if (proxyUrl === undefined) return;
  const scheme = URL.canParse(proxyUrl) ? new URL(proxyUrl).protocol : 'no URL';
  if (PROXY_SCHEMES.includes(scheme)) return;
  throw new KubeConfigError(`${origin}: proxy-url is ${scheme}; only http: and https: proxies are supported`);
}
