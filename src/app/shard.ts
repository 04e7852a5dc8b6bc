import type { Config } from '../config/config.ts';
import type { ObjectMap } from '../model/cluster.ts';
import type { Observed } from '../model/observed.ts';
import { isOfShard, type Shard } from '../model/shard.ts';
import type { Pod } from '../model/workload.ts';
import type { Targets } from '../sources/inspection/targets.ts';
import { podName } from './replica.ts';
import { StartError } from './start-error.ts';

/** Which shard this is. @throws StartError where the pod's name shall tell and does not */
export function shardOf({ shard }: Config, env: Readonly<Record<string, string | undefined>>): Shard {
  const { index, count } = shard;
  if (index !== 'auto') return { index, count };
  const pod = podName(env);
  const ordinal = /-(\d{1,6})$/.exec(pod)?.[1];
  if (ordinal === undefined) {
    throw new StartError(
      `shard.index is auto, and the pod's name, ${pod}, does not end in a number as a StatefulSet gives it; give the number`,
    );
  }
  if (Number(ordinal) >= count) {
    throw new StartError(
      `shard.index is auto, and the pod's name, ${pod}, makes this shard ${ordinal} of ${count}; make shard.count the number of replicas`,
    );
  }
  return { index: Number(ordinal), count };
}

/** Of the pods those in namespaces of the shard. */
export function ownPods(shard: Shard, pods: () => Observed<ObjectMap<Pod>>): () => Observed<ObjectMap<Pod>> {
  if (shard.count === 1) return pods;
  return onceFor(pods, (all) => ('value' in all ? { ...all, value: podsOf(shard, all.value) } : all));
}

function podsOf(shard: Shard, pods: ObjectMap<Pod>): ObjectMap<Pod> {
  return new Map([...pods].filter(([, pod]) => isOfShard(shard, pod.namespace)));
}

/** All proxies that may be asked for, but in turn only those of the shard. */
export function ownTargets(shard: Shard, targets: () => Targets | undefined): () => Targets | undefined {
  if (shard.count === 1) return targets;
  const isOwn = ({ namespace }: { readonly namespace: string }): boolean => isOfShard(shard, namespace);
  return onceFor(targets, (all) => all && { ...all, list: all.list.filter(isOwn) });
}

/** What is made of a value, the same as long as the value is. */
function onceFor<T>(read: () => T, make: (value: T) => T): () => T {
  let last: { readonly from: T; readonly made: T } | undefined;
  return () => {
    const from = read();
    if (last === undefined || last.from !== from) last = { from, made: make(from) };
    return last.made;
  };
}
