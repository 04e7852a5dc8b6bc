import { setTimeout as wait } from 'node:timers/promises';
import { type RemoteContext, readRemoteContext } from '../config/remote-context.ts';
import type { Task } from '../runtime/supervise.ts';
import type { KubeAccess } from '../sources/kubernetes/kube-access.ts';
import type { RemoteSecret } from '../sources/kubernetes/remote-secrets/list.ts';
import { accessTo, type KubernetesConnection } from './kubernetes.ts';
import { type RemoteClusterOptions, watchRemoteCluster } from './remote-cluster.ts';
import { StartError } from './start-error.ts';

export interface RemoteClustersOptions extends RemoteClusterOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Of the cluster at home, whose remote secrets are read. */
  readonly kubernetes: KubernetesConnection | undefined;
}

/** A cluster that is to be watched. */
interface Found {
  readonly id: string;
  /** Another one: it is to be watched anew. */
  readonly version: string;
  access(): Promise<KubeAccess>;
}

/** A cluster that cannot be watched is tried again so much later. */
const AGAIN_MS = 30_000;

/** Nothing where no remote cluster is asked for. @throws StartError for a context that cannot be used */
export async function remoteClusters(options: RemoteClustersOptions): Promise<readonly Task[]> {
  const { config, kubernetes } = options;
  const { contexts, secrets } = config.remoteClusters;
  if (config.role === 'agent' || (contexts.length === 0 && !secrets)) return [];
  if (secrets && kubernetes === undefined) {
    throw new StartError(
      'remoteClusters.secrets is true, and there is no Kubernetes API to read them from: this is no pod and there is no kubeconfig; give --kubeconfig, or turn it off',
    );
  }
  const fixed = await Promise.all(contexts.map((text) => foundByContext(readRemoteContext(text), options)));
  const run = async (signal: AbortSignal): Promise<void> => {
    const watches = createWatches(options, signal);
    const read = secrets && kubernetes !== undefined ? secretsOf(kubernetes, fixed, options) : async () => [];
    while (!signal.aborted) {
      const bySecret = await read(signal);
      if (bySecret !== undefined) await watches.keepOnly([...fixed, ...bySecret]);
      await wait(config.istiod.interval, undefined, { signal }).catch(() => {});
    }
    await watches.keepOnly([]);
  };
  return [{ name: 'remote clusters', run }];
}

async function foundByContext({ id, context }: RemoteContext, { config, env }: RemoteClustersOptions): Promise<Found> {
  const kubeconfig = config.remoteClusters.kubeconfig ?? config.kubernetes.kubeconfig;
  const access = await accessTo({ mode: 'kubeconfig', kubeconfig, context }, env);
  if (access === undefined) throw new StartError(`remoteClusters.contexts: ${context} cannot be reached`);
  return { id, version: context, access: async () => access };
}

type ReadSecrets = (signal: AbortSignal) => Promise<readonly Found[] | undefined>;

/** Undefined where they cannot be read: then what is known of them holds. */
function secretsOf(
  { api }: KubernetesConnection,
  fixed: readonly Found[],
  options: RemoteClustersOptions,
): ReadSecrets {
  const { config, log, clusters } = options;
  const said = new Set<string>();
  const sayOnce = (fields: object, message: string): void => {
    const key = `${JSON.stringify(fields)} ${message}`;
    if (!said.has(key)) log.warn(fields, message);
    said.add(key);
  };
  const isFree = ({ cluster, secret }: RemoteSecret): boolean => {
    const isTaken = clusters.isHome(cluster) || fixed.some(({ id }) => id === cluster);
    if (isTaken) sayOnce({ cluster, secret }, 'this remote secret is of a cluster that is watched anyway');
    return !isTaken;
  };
  return async (signal) => {
    const [{ listRemoteSecrets }, { remoteAccess }] = await Promise.all([
      import('../sources/kubernetes/remote-secrets/list.ts'),
      import('../sources/kubernetes/remote-secrets/access.ts'),
    ]);
    try {
      const found = await listRemoteSecrets(api, config.istiod.rootNamespace, signal);
      said.delete('failed');
      return found.filter(isFree).map((secret) => {
        return { id: secret.cluster, version: secret.version, access: () => remoteAccess(secret) };
      });
    } catch (err) {
      if (!signal.aborted && !said.has('failed')) log.warn({ err }, 'remote secrets cannot be read');
      said.add('failed');
      return undefined;
    }
  };
}

interface Watches {
  /** Begins and ends what is needed for exactly these to be watched. */
  keepOnly(found: readonly Found[]): Promise<void>;
}

function createWatches(options: RemoteClustersOptions, outer: AbortSignal): Watches {
  const running = new Map<string, { readonly version: string; stop(): Promise<void> }>();
  return {
    async keepOnly(found) {
      const versions = new Map(found.map(({ id, version }) => [id, version]));
      const ended = [...running].filter(([id, { version }]) => versions.get(id) !== version);
      for (const [id] of ended) running.delete(id);
      await Promise.all(ended.map(([, watch]) => watch.stop()));
      if (outer.aborted) return;
      for (const one of found) {
        if (!running.has(one.id)) running.set(one.id, { version: one.version, stop: begin(one, options, outer) });
      }
    },
  };
}

/** @returns how to end it */
function begin(found: Found, options: RemoteClustersOptions, outer: AbortSignal): () => Promise<void> {
  const gone = new AbortController();
  const watching = keepWatching(found, options, AbortSignal.any([outer, gone.signal]));
  return async () => {
    gone.abort();
    await watching;
  };
}

/** What goes wrong in one cluster costs no other one anything. */
async function keepWatching({ id, access }: Found, options: RemoteClustersOptions, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await watchRemoteCluster({ id, access: await access() }, options, signal);
    } catch (err) {
      if (signal.aborted) return;
      options.log.error({ cluster: id, err }, 'a remote cluster cannot be watched; it is tried again in 30 seconds');
      await wait(AGAIN_MS, undefined, { signal }).catch(() => {});
    }
  }
}
