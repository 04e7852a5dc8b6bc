import { type RemoteContext, readRemoteContext } from '../config/remote-context.ts';
import { known } from '../model/observed.ts';
import type { Task } from '../runtime/supervise.ts';
import type { KubeAccess } from '../sources/kubernetes/kube-access.ts';
import type { RemoteSecret } from '../sources/kubernetes/remote-secrets/list.ts';
import type { Scheduler } from '../sources/source.ts';
import { accessTo, type KubernetesConnection } from './kubernetes.ts';
import { pause } from './pause.ts';
import { type RemoteClusterOptions, showBlind, watchRemoteCluster } from './remote-cluster.ts';
import type { SourceBoard } from './source-board.ts';
import { StartError } from './start-error.ts';
import { untilAborted } from './until-aborted.ts';

export interface RemoteClustersOptions extends RemoteClusterOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Of the cluster at home, whose remote secrets are read. */
  readonly kubernetes: KubernetesConnection | undefined;
  readonly board: SourceBoard;
  readonly scheduler: Scheduler;
}

/** A cluster that is to be watched. */
interface RemoteCluster {
  readonly id: string;
  /** Another one: it is to be watched anew. */
  readonly version: string;
  /** @throws KubeConfigError */
  access(): Promise<KubeAccess>;
}

/** A cluster that cannot be watched is tried again so much later. */
const AGAIN_MS = 30_000;

/** What watches them. Nothing where none is asked for. @throws StartError for a context that cannot be used */
export async function remoteClusters(options: RemoteClustersOptions): Promise<readonly Task[]> {
  const { config } = options;
  const { contexts, secrets } = config.remoteClusters;
  if (config.role === 'agent' || (contexts.length === 0 && !secrets)) return [];
  const byContext = await Promise.all(contexts.map((text) => clusterOfContext(readRemoteContext(text), options)));
  const wanted = createWanted(byContext);
  const bySecret = secrets ? [await secretsTask(options, wanted)] : [];
  const run = async (signal: AbortSignal): Promise<void> => {
    const watches = createWatches(options, signal);
    const stopped = untilAborted(signal);
    while (!signal.aborted) {
      const changed = wanted.changed();
      await watches.keepOnly(wanted.clusters());
      await Promise.race([changed, stopped]);
    }
    await watches.keepOnly([]);
  };
  return [...bySecret, { name: 'remote clusters', run }];
}

/** The clusters that are to be watched, as they come to be known. */
interface Wanted {
  clusters(): readonly RemoteCluster[];
  /** Resolves with the next change. */
  changed(): Promise<void>;
  /** Those of remote secrets; one that a context names too is watched by that. */
  setBySecret(clusters: readonly RemoteCluster[]): void;
}

function createWanted(byContext: readonly RemoteCluster[]): Wanted {
  let bySecret: readonly RemoteCluster[] = [];
  let change = Promise.withResolvers<void>();
  const taken = new Set(byContext.map(({ id }) => id));
  return {
    clusters: () => [...byContext, ...bySecret],
    changed: () => change.promise,
    setBySecret(clusters) {
      bySecret = clusters.filter(({ id }) => !taken.has(id));
      change.resolve();
      change = Promise.withResolvers();
    },
  };
}

async function clusterOfContext(
  { id, context }: RemoteContext,
  { config, env }: RemoteClustersOptions,
): Promise<RemoteCluster> {
  const kubeconfig = config.remoteClusters.kubeconfig ?? config.kubernetes.kubeconfig;
  const access = await accessTo({ mode: 'kubeconfig', kubeconfig, context }, env).catch((cause: unknown) => {
    // Behind what is wrong stand flags that are of the cluster at home.
    const [why] = cause instanceof Error ? cause.message.split('; ') : [];
    const remedy = 'name a context that is there, or its file in remoteClusters.kubeconfig';
    throw new StartError(`remoteClusters.contexts: ${context}: ${why}; ${remedy}`, { cause });
  });
  if (access === undefined) throw new StartError(`remoteClusters.contexts: ${context} leads to no Kubernetes API`);
  return { id, version: context, access: async () => access };
}

/** Looks for remote secrets at home. While they cannot be read, those that are known hold. */
async function secretsTask(
  { config, kubernetes, board, scheduler, clusters }: RemoteClustersOptions,
  wanted: Wanted,
): Promise<Task> {
  if (kubernetes === undefined) {
    throw new StartError(
      'remoteClusters.secrets is true, and there is no Kubernetes API to read them from: this is no pod and there is no kubeconfig; give --kubeconfig, or turn it off',
    );
  }
  const [{ createRemoteSecretsSource }, { remoteAccess }] = await Promise.all([
    import('../sources/kubernetes/remote-secrets/source.ts'),
    import('../sources/kubernetes/remote-secrets/access.ts'),
  ]);
  const { rootNamespace, interval: intervalMs } = config.istiod;
  const source = createRemoteSecretsSource({ api: kubernetes.api, rootNamespace, scheduler, intervalMs });
  const clusterOf = (secret: RemoteSecret): RemoteCluster => {
    return { id: secret.cluster, version: secret.version, access: () => remoteAccess(secret) };
  };
  return board.add(source, (value) => {
    const secrets = known(value)?.filter(({ cluster }) => !clusters.isHome(cluster));
    if (secrets !== undefined) wanted.setBySecret(secrets.map(clusterOf));
  });
}

interface Watches {
  /** Begins and ends what is needed for exactly these to be watched. */
  keepOnly(clusters: readonly RemoteCluster[]): Promise<void>;
}

function createWatches(options: RemoteClustersOptions, outer: AbortSignal): Watches {
  const running = new Map<string, { readonly version: string; stop(): Promise<void> }>();
  return {
    async keepOnly(clusters) {
      const versions = new Map(clusters.map(({ id, version }) => [id, version]));
      const ended = [...running].filter(([id, { version }]) => versions.get(id) !== version);
      for (const [id] of ended) running.delete(id);
      await Promise.all(ended.map(([, watch]) => watch.stop()));
      if (outer.aborted) return;
      for (const one of clusters) {
        if (!running.has(one.id)) running.set(one.id, { version: one.version, stop: begin(one, options, outer) });
      }
    },
  };
}

/** @returns how to end it */
function begin(cluster: RemoteCluster, options: RemoteClustersOptions, outer: AbortSignal): () => Promise<void> {
  const gone = new AbortController();
  const watching = keepWatching(cluster, options, AbortSignal.any([outer, gone.signal]));
  return async () => {
    gone.abort();
    await watching;
  };
}

/** What goes wrong in one cluster costs no other one anything: it is told of as one that nobody sees, and tried again. */
async function keepWatching(
  { id, access }: RemoteCluster,
  options: RemoteClustersOptions,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await watchRemoteCluster({ id, access: await access() }, options, signal);
    } catch (err) {
      options.log.error({ cluster: id, err }, 'a remote cluster cannot be watched');
      const leave = showBlind(id, err, options);
      await pause(AGAIN_MS, signal);
      leave();
    }
  }
}
