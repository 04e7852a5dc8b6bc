import type { Pod } from '../../model/workload.ts';

/** A container's log, one instance, that the API can give. */
export interface PodLog {
  /** `NAMESPACE_POD_UID/RESTARTS`, as the node's folders name it. */
  readonly key: string;
  readonly namespace: string;
  readonly pod: string;
  /** When this instance started, in epoch seconds. */
  readonly startedAt: number | undefined;
}

/** The logs of every running proxy, oldest pod first: with a bound, who was followed stays followed. */
export function podLogsOf(pods: Iterable<Pod>): readonly PodLog[] {
  return [...pods]
    .filter(({ proxy, phase }) => phase === 'Running' && proxy?.running === true)
    .sort((one, other) => one.createdAt - other.createdAt || (one.uid < other.uid ? -1 : 1))
    .map(({ namespace, name, uid, proxy }) => ({
      key: `${namespace}_${name}_${uid}/${proxy?.restarts ?? 0}`,
      namespace,
      pod: name,
      startedAt: proxy?.startedAt,
    }));
}
