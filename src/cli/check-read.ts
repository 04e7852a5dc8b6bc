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
  const [lists, config] = await Promise.all([
    allOf({
      namespaces: look.core(KINDS.namespaces, []),
      pods: look.core(KINDS.pods, []),
      services: look.core(KINDS.services, []),
      endpointSlices: look.core(KINDS.endpointSlices, []),
      networkPolicies: look.core(KINDS.networkPolicies, []),
      replicaSets: look.core(KINDS.replicaSets, []),
      deployments: look.core(KINDS.deployments, []),
      meshConfigs: look.core(KINDS.meshConfigs, [rootNamespace]),
      injectors: look.injectors(),
    }),
    allOf(Object.fromEntries(Object.keys(CONFIG_KIND_NAMES).map((key) => [key, look.config(key)]))),
  ]);
  return { ...NO_CLUSTER, ...lists, config };
}

/** Awaits all at once: one that fails must not leave the others without somebody who hears of it. */
async function allOf<T>(promises: { readonly [Key in keyof T]: Promise<T[Key]> }): Promise<T> {
  const entries = Object.entries<Promise<unknown>>(promises).map(async ([key, promise]) => [key, await promise]);
  // The same keys with what was promised: Object.fromEntries cannot say so.
  return Object.fromEntries(await Promise.all(entries)) as T;
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
