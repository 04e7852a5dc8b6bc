import type { EpochSeconds } from '../../model/brand.ts';
import type { ClusterObjects, ObjectMap } from '../../model/cluster.ts';
import type { Observed } from '../../model/observed.ts';
import type { ConfigObject } from '../../model/workload.ts';
import { createApiGroups } from './api-groups.ts';
import { CONFIG_KINDS, type ConfigKind, configKey, KINDS, type Kind } from './kinds.ts';
import { type KubeApi, KubeApiError } from './kube-api.ts';
import { mapConfigObject } from './objects/config-objects.ts';
import { singleInjectors } from './objects/single-injectors.ts';
import { readList } from './read-list.ts';

export interface LookOptions {
  readonly api: KubeApi;
  readonly now: () => EpochSeconds;
  readonly signal: AbortSignal;
  /** Told of objects that could not be read and are left out, in words that name the list. */
  readonly onUnreadable: (words: string) => void;
}

/** Lists read once, for commands: no watch, nothing kept. What cannot be read is `failed`, with its reason. */
export interface OneLook {
  /** @param namespaces where to look; empty: everywhere */
  core<T>(kind: Kind<T>, namespaces: readonly string[]): Promise<Observed<ObjectMap<T>>>;
  /** One by one, as the model has them. */
  injectors(): Promise<ClusterObjects['injectors']>;
  /** By the key of `ClusterObjects.config`. A kind that the cluster lacks is fresh and empty. */
  config(key: string): Promise<Observed<ObjectMap<ConfigObject>>>;
}

export function createOneLook({ api, now, signal, onUnreadable }: LookOptions): OneLook {
  /** Kept while the command runs. */
  const groups = createApiGroups(api, Number.POSITIVE_INFINITY);

  async function list<T>(
    kind: Pick<Kind<T>, 'map' | 'metadataOnly'>,
    path: string,
    query: Readonly<Record<string, string>>,
  ) {
    const needs = { api, query, metadataOnly: kind.metadataOnly ?? false, map: kind.map };
    const { objects, problem } = await readList(needs, path, () => undefined, signal);
    if (problem !== undefined) onUnreadable(`${path}: ${problem}`);
    return objects;
  }

  async function coreObjects<T>(kind: Kind<T>, namespaces: readonly string[]): Promise<readonly [string, T][]> {
    const base = kind.group === '' ? `/api/${kind.version}` : `/apis/${kind.group}/${kind.version}`;
    const places = kind.reach === 'cluster' || kind.reach === 'namespaces' ? [''] : inNamespaces(namespaces);
    const parts = places.flatMap((place) =>
      (kind.selectors ?? [{}]).map((query) => list(kind, `${base}${place}/${kind.resource}`, query)),
    );
    return (await Promise.all(parts)).flatMap((part) => [...part]);
  }

  return {
    core: (kind, namespaces) => observed(now, () => coreObjects(kind, namespaces)),
    injectors: () =>
      observed(now, async () => {
        const lists = await coreObjects(KINDS.injectors, []);
        return [...singleInjectors(lists.map(([, webhooks]) => webhooks))];
      }),
    config: (key) =>
      observed(now, async () => {
        const kind = configKind(key);
        const version = await groups.versionOf(kind.group, kind.resource, signal);
        if (version === undefined) return [];
        return [...(await list({ map: mapConfigObject }, `/apis/${kind.group}/${version}/${kind.resource}`, {}))];
      }),
  };
}

function inNamespaces(namespaces: readonly string[]): readonly string[] {
  return namespaces.length === 0 ? [''] : namespaces.map((name) => `/namespaces/${encodeURIComponent(name)}`);
}

function configKind(key: string): ConfigKind {
  const kind = CONFIG_KINDS.find((each) => configKey(each) === key);
  if (kind === undefined) throw new Error(`${key} is no kind that we read`);
  return kind;
}

async function observed<T>(
  now: () => EpochSeconds,
  read: () => Promise<readonly (readonly [string, T])[]>,
): Promise<Observed<ObjectMap<T>>> {
  try {
    const objects = await read();
    return { state: 'fresh', at: now(), value: new Map(objects) };
  } catch (error) {
    if (error instanceof KubeApiError) return { state: 'failed', error: error.reason };
    throw error;
  }
}
