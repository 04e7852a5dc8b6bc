import { type ClusterObjects, NO_CLUSTER, type ObjectMap } from '../model/cluster.ts';
import { CONFIG_KIND_NAMES } from '../model/config-kinds.ts';
import type { Observed } from '../model/observed.ts';
import type { ConfigObject } from '../model/workload.ts';
import { systemClock } from '../runtime/clock.ts';
import type { KubeApi } from '../sources/kubernetes/kube-api.ts';
import type { CheckOptions } from './check-options.ts';
import type { Io } from './io.ts';
import { sayLeftOut } from './kube-session.ts';

/** Everything that the ladder reads of a cluster, each list once. What cannot be had stands in its place. */
export async function readCluster(api: KubeApi, { rootNamespace }: CheckOptions, io: Io): Promise<ClusterObjects> {
  const { createOneLook } = await import('../sources/kubernetes/one-look.ts');
  const { KINDS } = await import('../sources/kubernetes/kinds.ts');
  const look = createOneLook({ api, now: systemClock.now, signal: io.signal, onUnreadable: sayLeftOut(io) });
  const keys = Object.keys(CONFIG_KIND_NAMES);
  const lists = {
    namespaces: look.core(KINDS.namespaces, []),
    pods: look.core(KINDS.pods, []),
    services: look.core(KINDS.services, []),
    endpointSlices: look.core(KINDS.endpointSlices, []),
    networkPolicies: look.core(KINDS.networkPolicies, []),
    replicaSets: look.core(KINDS.replicaSets, []),
    deployments: look.core(KINDS.deployments, []),
    meshConfigs: look.core(KINDS.meshConfigs, [rootNamespace]),
    injectors: look.injectors(),
  };
  const configs = keys.map((key) => look.config(key));
  // All at once: one that fails must not leave the others without somebody who hears of it.
  await Promise.all([...Object.values(lists), ...configs]);
  const config = await Promise.all(configs);
  return {
    ...NO_CLUSTER,
    namespaces: await lists.namespaces,
    pods: await lists.pods,
    services: await lists.services,
    endpointSlices: await lists.endpointSlices,
    networkPolicies: await lists.networkPolicies,
    replicaSets: await lists.replicaSets,
    deployments: await lists.deployments,
    meshConfigs: await lists.meshConfigs,
    injectors: await lists.injectors,
    config: Object.fromEntries(keys.map((key, nth) => [key, config[nth] ?? { state: 'pending' }])),
  };
}

/** Each list that could not be read, with why. */
export function unreadOf({ config, otherPolicyEngines: _, ...core }: ClusterObjects): readonly string[] {
  const lists: Readonly<Record<string, Observed<ObjectMap<unknown>> | Observed<ObjectMap<ConfigObject>>>> = {
    ...core,
    ...config,
  };
  return Object.entries(lists).flatMap(([name, observed]) =>
    observed.state === 'failed' ? [`${name}: ${observed.error.detail}`] : [],
  );
}
