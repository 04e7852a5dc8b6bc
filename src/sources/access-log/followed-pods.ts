import type { EpochSeconds } from '../../model/brand.ts';
import type { Pod } from '../../model/workload.ts';

/** A container's log, one instance, that the API can give. */
export interface PodLog {
  /** `NAMESPACE_POD_UID/RESTARTS`, as the node's folders name it. */
  readonly key: string;
  readonly namespace: string;
  readonly pod: string;
  readonly podCreatedAt: EpochSeconds;
  /** When this instance started; absent where that is not known. */
  readonly startedAt?: EpochSeconds;
  /** The instance before, of which the API still has the log. */
  readonly before?: PodLog;
}

/** The logs of every running proxy, oldest pod first: with a bound, who was followed stays followed. */
export function podLogsOf(pods: Iterable<Pod>): readonly PodLog[] {
  return [...pods]
    .filter(({ proxy, phase }) => phase === 'Running' && proxy?.running === true)
    .sort((one, other) => one.createdAt - other.createdAt || (one.uid < other.uid ? -1 : 1))
    .map((pod) => {
      const { restarts = 0, startedAt } = pod.proxy ?? {};
      return {
        ...logOf(pod, restarts),
        ...(startedAt !== undefined && { startedAt }),
        ...(restarts > 0 && { before: logOf(pod, restarts - 1) }),
      };
    });
}

function logOf(pod: Pod, restarts: number): PodLog {
  const { namespace, name, createdAt } = pod;
  return { key: `${podKey(pod)}/${restarts}`, namespace, pod: name, podCreatedAt: createdAt };
}

/** `NAMESPACE_POD_UID`. */
export function podKey({ namespace, name, uid }: Pod): string {
  return `${namespace}_${name}_${uid}`;
}
