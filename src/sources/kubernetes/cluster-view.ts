import type { ClusterObjects, ObjectMap } from '../../model/cluster.ts';
import type { InjectionWebhook } from '../../model/injection.ts';
import type { Observed } from '../../model/observed.ts';
import type { ConfigObject } from '../../model/workload.ts';
import { createConfigFeed, createFeed, type Feed, type FeedSetting } from './feed.ts';
import { CONFIG_KINDS, configKey, KINDS } from './kinds.ts';
import { memoiseLast } from './memoise.ts';
import { singleInjectors } from './objects/single-injectors.ts';

/** Every kind at once. */
export interface ClusterView {
  /** What is known now; parts that did not change are the same values as before. */
  read(otherPolicyEngines: readonly string[]): ClusterObjects;
  /** Whether any kind that the cluster serves is current. */
  isAnyCurrent(): boolean;
  /** Resolves when `signal` aborts. */
  run(signal: AbortSignal): Promise<void>;
}

export function createClusterView(setting: FeedSetting): ClusterView {
  const feeds = {
    namespaces: createFeed(KINDS.namespaces, setting),
    pods: createFeed(KINDS.pods, setting),
    services: createFeed(KINDS.services, setting),
    endpointSlices: createFeed(KINDS.endpointSlices, setting),
    networkPolicies: createFeed(KINDS.networkPolicies, setting),
    replicaSets: createFeed(KINDS.replicaSets, setting),
    deployments: createFeed(KINDS.deployments, setting),
    meshConfigs: createFeed(KINDS.meshConfigs, setting),
  };
  const injectors = createFeed(KINDS.injectors, setting);
  const config = CONFIG_KINDS.map((kind) => createConfigFeed(kind, setting));
  const all: readonly Feed<unknown>[] = [...Object.values<Feed<unknown>>(feeds), injectors, ...config];
  const unfolded = memoiseLast(unfoldInjectors);
  const configByKind = memoiseLast(keyByKind);
  return {
    read: (otherPolicyEngines) =>
      Object.freeze({
        namespaces: feeds.namespaces.read(),
        pods: feeds.pods.read(),
        services: feeds.services.read(),
        endpointSlices: feeds.endpointSlices.read(),
        networkPolicies: feeds.networkPolicies.read(),
        replicaSets: feeds.replicaSets.read(),
        deployments: feeds.deployments.read(),
        meshConfigs: feeds.meshConfigs.read(),
        injectors: unfolded([injectors.read()]),
        config: configByKind(config.map((feed) => feed.read())),
        otherPolicyEngines,
      }),
    isAnyCurrent: () => all.some((feed) => feed.isCurrent()),
    async run(signal) {
      await Promise.all(all.map((feed) => feed.run(signal)));
    },
  };
}

type Injectors = Observed<ObjectMap<readonly InjectionWebhook[]>>;

function unfoldInjectors([observed]: readonly Injectors[]): Observed<ObjectMap<InjectionWebhook>> {
  if (observed === undefined || observed.state === 'pending' || observed.state === 'failed') {
    return observed ?? { state: 'pending' };
  }
  return Object.freeze({ ...observed, value: singleInjectors(observed.value.values()) });
}

function keyByKind(observed: readonly Observed<ObjectMap<ConfigObject>>[]): ClusterObjects['config'] {
  const keyed: Record<string, Observed<ObjectMap<ConfigObject>>> = {};
  CONFIG_KINDS.forEach((kind, at) => {
    const one = observed[at];
    if (one !== undefined) keyed[configKey(kind)] = one;
  });
  return Object.freeze(keyed);
}
