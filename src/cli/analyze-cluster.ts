import type { AnalysisWorld } from '../model/analysis-world.ts';
import { type ClusterObjects, NO_CLUSTER } from '../model/cluster.ts';
import { CONFIG_KIND_NAMES } from '../model/config-kinds.ts';
import { known } from '../model/observed.ts';
import { systemClock } from '../runtime/clock.ts';
import type { Io } from './io.ts';
import { type KubeOrigin, sayLeftOut, withKubeApi } from './kube-session.ts';
import { withProgress } from './progress.ts';

export interface LiveWorld {
  readonly world: AnalysisWorld;
  /** Lists that could not be read, with why. */
  readonly unread: readonly string[];
}

export interface LiveOptions extends KubeOrigin {
  readonly rootNamespace: string;
  /** Reads Secrets too, all of them. */
  readonly secrets: boolean;
}

/** Everything of a live cluster that analysis looks at, each list read once. */
export function analysisWorldOfCluster(options: LiveOptions, io: Io): Promise<LiveWorld> {
  const { rootNamespace, secrets, ...origin } = options;
  return withProgress(io, 'reading the cluster', () =>
    withKubeApi(origin, io, 'give YAML files of the objects', async (api) => {
      const { createOneLook } = await import('../sources/kubernetes/one-look.ts');
      const { KINDS } = await import('../sources/kubernetes/kinds.ts');
      const { ANALYSIS_KINDS } = await import('../sources/kubernetes/analysis/kinds.ts');
      const look = createOneLook({ api, now: systemClock.now, signal: io.signal, onUnreadable: sayLeftOut(io) });
      const cluster = await clusterObjects(look, KINDS, rootNamespace);
      const [seenSecrets, nodes, injectorValues] = await Promise.all([
        secrets ? look.core(ANALYSIS_KINDS.secrets, []) : undefined,
        look.core(ANALYSIS_KINDS.nodes, []),
        look.core(ANALYSIS_KINDS.injectorValues, [rootNamespace]),
      ]);
      const more = {
        secrets: seenSecrets && known(seenSecrets),
        nodes: known(nodes),
        injectorValues: known(injectorValues),
      };
      return { world: { at: systemClock.now(), cluster, ...present(more) }, unread: unreadOf(cluster) };
    }),
  );
}

type Look = ReturnType<typeof import('../sources/kubernetes/one-look.ts')['createOneLook']>;
type Kinds = typeof import('../sources/kubernetes/kinds.ts')['KINDS'];

async function clusterObjects(look: Look, kinds: Kinds, rootNamespace: string): Promise<ClusterObjects> {
  const keys = Object.keys(CONFIG_KIND_NAMES);
  const [namespaces, pods, services, deployments, injectors, meshConfigs, ...config] = await Promise.all([
    look.core(kinds.namespaces, []),
    look.core(kinds.pods, []),
    look.core(kinds.services, []),
    look.core(kinds.deployments, []),
    look.injectors(),
    look.core(kinds.meshConfigs, [rootNamespace]),
    ...keys.map((key) => look.config(key)),
  ]);
  const objects = config as readonly NonNullable<ClusterObjects['config'][string]>[];
  const byKey = Object.fromEntries(keys.flatMap((key, at) => (objects[at] === undefined ? [] : [[key, objects[at]]])));
  return { ...NO_CLUSTER, namespaces, pods, services, deployments, injectors, meshConfigs, config: byKey };
}

function unreadOf({
  config,
  namespaces,
  pods,
  services,
  deployments,
  injectors,
  meshConfigs,
}: ClusterObjects): string[] {
  const core = { namespaces, pods, services, deployments, injectors, meshConfigs };
  return Object.entries({ ...core, ...config }).flatMap(([name, observed]) =>
    observed.state === 'failed' ? [`${name}: ${observed.error.detail}`] : [],
  );
}

type Present<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

function present<T extends object>(fields: T): Present<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Present<T>;
}
